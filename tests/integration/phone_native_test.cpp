// The telephone with a voice provider that hears, plans and speaks by itself: the same calls, the
// same rows, whoever it is.
#include <algorithm>

#include "base/json.hpp"
#include "phone_cases.hpp"
#include "receptionist_calls.hpp"

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
  /// The voice does as a chat model would, by the same rules.
  void follow(PhoneCase call) {
    std::string script = "transcripts: [";
    for (const auto& said : call.says) {
      script += (call.heard.empty() ? "" : ", ") + said.text;
      call.heard.push_back(said.text);
    }
    script += "]\nrules:\n" + call.rules + receptionist_rules() +
              "  - {when: {tool_output: any}, say: Here you are.}\n";
    stand.judge(call, place(call, script));
  }
  PhoneStand stand{GetParam()};
};

std::vector<std::string> texts_of(const CallRows& rows) {
  std::vector<std::string> out;
  const auto turns = parse_strict(text_at(rows.row, "transcript"), {.max_bytes = 1 << 20});
  if (!turns || !turns->is_array()) return out;
  for (const auto& turn : turns->get_array()) {
    out.emplace_back(text_at(turn.as_object(), "text"));
  }
  return out;
}

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

TEST_P(PhoneNative, AQuestionWhoseWordsComeLateStandsBeforeItsAnswer) {
  auto call = asks("late", 2);
  call.audited = {"get_latest_booking ok", "get_working_hours ok"};
  call.intent = "get_latest_booking";
  const std::string_view voice = GetParam();
  const std::string late = voice == "xai"      ? "late_transcripts: true\n"
                           : voice == "openai" ? "transcription_delay_ms: 300\n"
                                               : "";

  const auto rows = place(call, late + R"(
transcripts: [when is my next appointment, and what are your hours]
rules:
  - {when: {text: appointment}, calls: [{name: get_latest_booking}]}
  - {when: {text: hours}, calls: [{name: get_working_hours}]}
  - {when: {tool_output: get_latest_booking}, say: It is soon.}
  - {when: {tool_output: any}, say: Here you are.}
)");

  stand.judge(call, rows);
  auto said = texts_of(rows);
  // Of our own lines nobody can tell how each voice words them.
  const std::vector<std::string> turns{"when is my next appointment", "It is soon.",
                                       "and what are your hours", "Here you are."};
  const auto is_other = [&](const std::string& text) {
    return std::find(turns.begin(), turns.end(), text) == turns.end();
  };
  said.erase(std::remove_if(said.begin(), said.end(), is_other), said.end());
  EXPECT_EQ(said, turns) << rows.told();
}

TEST_P(PhoneNative, TheHoursOfAHolidayAreTold) {
  for (const auto& call : asks_about_holidays()) follow(call);
}

TEST_P(PhoneNative, TheReceptionistBooksWhatWasAgreedToAndReadsItBack) {
  follow(books(free_times(stand, "haircut", 1)[0]));
}

TEST_P(PhoneNative, ADayThatTheCallerHasTakenBackIsNotBooked) {
  const auto times = free_times(stand, "hair color", 2);
  follow(books_another_day(times[0], times[1]));
}

TEST_P(PhoneNative, ABookingIsMovedWithTheCallersYes) {
  const auto times = free_times(stand, "beard trim", 2);
  follow(moves_the_booking(times[0], times[1]));
}

TEST_P(PhoneNative, ABookingIsCancelledWithTheCallersYesAndNobodyElses) {
  follow(cancels_the_booking(free_times(stand, "blow dry", 1)[0]));
  follow(cancels_a_strangers_booking());
  follow(keeps_the_booking());
}

TEST_P(PhoneNative, NothingIsBookedForNobodyKnowsWhom) {
  follow(books_without_a_number(free_times(stand, "haircut", 1)[0]));
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
