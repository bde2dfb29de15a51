// The telephone with a voice provider that hears, plans and speaks by itself: the same calls, the
// same rows, whoever it is.
#include "phone_cases.hpp"

namespace callosum::testing {
namespace {

class PhoneNative : public ::testing::TestWithParam<const char*> {
 protected:
  /// One call alone: what a voice hears is its script's, turn by turn.
  CallRows place(const PhoneCase& each, const std::string& script) {
    stand.provider().follow(script);
    auto rows = stand.place({each}, {});
    return std::move(rows.front());
  }
  PhoneStand stand{GetParam()};
};

PhoneCase asks(const std::string& name, std::size_t questions) {
  PhoneCase out;
  out.name = name;
  for (std::size_t i = 0; i < questions; ++i) out.says.push_back({"told by the voice"});
  out.kinds = {"planned", "called", "answered", "said", "played"};
  return out;
}

TEST_P(PhoneNative, AQuestionIsAnsweredFromTheCallersOwnBusiness) {
  auto call = asks("native", 1);
  call.audited = {"get_latest_booking ok"};
  call.intent = "get_latest_booking";

  const auto rows = place(call, R"(
transcripts: [when is my next appointment]
rules:
  - {when: {text: appointment}, calls: [{name: get_latest_booking}]}
  - {when: {tool_output: any}, say: Here you are.}
)");

  stand.judge(call, rows);
}

TEST_P(PhoneNative, ABookingIsMadeOnceTheCallerHasSaidYes) {
  // That simulator's scripts do not look into a tool's answer, where the question's token is.
  if (std::string_view(GetParam()) == "gemini") GTEST_SKIP();
  auto call = asks("booking", 2);
  call.called = "+12125550111";
  call.audited = {"book_time CONFIRMATION_REQUIRED", "book_time ok"};
  call.intent = "book_time";
  call.query =
      "SELECT group_concat(day || ' ' || hour) AS told FROM desk_bookings WHERE call_sid = "
      "'{call}'";
  call.value = "friday 10";

  const auto rows = place(call, R"(
transcripts: [a time on friday please, yes please]
rules:
  - when: {text: friday}
    calls: [{name: book_time, arguments: '{"day":"friday","hour":10}'}]
  - when: {text: yes please}
    calls: [{name: book_time, arguments: {day: friday, hour: 10, confirmationToken: "<<token>>"}}]
  - {when: {tool_output: any, output: CONFIRMATION}, say: "Shall I book that?"}
  - {when: {tool_output: any}, say: It is done.}
)");

  stand.judge(call, rows);
}

TEST_P(PhoneNative, WhoeverSpeaksOverAnAnswerIsHeard) {
  auto call = asks("barge", 2);
  call.audited = {"get_working_hours ok"};
  call.intent = "get_working_hours";
  call.kinds.emplace_back("cut");
  call.steps =
      "  - {wait_silence_ms: 300, timeout_ms: 4000}\n"
      "  - say: '{0}'\n"
      "  - {barge_in_ms: 900, timeout_ms: 9000}\n"
      "  - say: '{1}'\n"
      "  - {wait_silence_ms: 1500, timeout_ms: 9000}\n"
      "  - hang_up: true\n";
  call.never_said = "xylophone";

  const auto rows = place(call, R"(
transcripts: [please tell me a story, what are your hours]
rules:
  - {when: {text: story}, say: "Once upon a time there was a barber who would not stop talking about all the heads that he had seen, the last of them being his xylophone."}
  - {when: {text: hours}, calls: [{name: get_working_hours}]}
  - {when: {tool_output: any}, say: Here you are.}
)");

  stand.judge(call, rows);
}

INSTANTIATE_TEST_SUITE_P(Providers, PhoneNative, ::testing::Values("openai", "xai", "gemini"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace callosum::testing
