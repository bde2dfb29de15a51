// A service of the cascade fails in the middle of a call: the caller is served all the same, or the
// call ends with a row that says so. What a service does is its simulator's script.
#include "base/json.hpp"
#include "base/text.hpp"
#include "phone_cases.hpp"

namespace callosum::testing {
namespace {

struct Voices {
  const char* name;
  const char* ears;
  const char* mouth;
};

class PhoneFaults : public ::testing::TestWithParam<Voices> {
 protected:
  /// One call alone: what the scripts do is of their first connection.
  CallRows place(const PhoneCase& each, const PhoneStand::Scripts& scripts) {
    auto rows = stand.place({each}, scripts);
    return std::move(rows.front());
  }
  PhoneStand stand{GetParam().ears, GetParam().mouth};
};

TEST_P(PhoneFaults, EarsThatDieInAQuestionHearItOnceWhenTheyAreBack) {
  const auto question = question_about_hours("cut");

  const auto rows = place(
      question, {.ears = "cuts: [{connection: 1, utterance: 1, into_ms: 200, manner: reset}]\n"});

  stand.judge(question, rows);
  EXPECT_EQ(stand.ears().stats().at("cuts").to_number<int>(), 1);
  EXPECT_EQ(stand.chat().stats().at("function_calls").to_number<int>(), 1);
}

TEST_P(PhoneFaults, EarsThatRefuseTheKeyEndTheCallAsFailed) {
  auto question = question_about_hours("refused");
  question.audited.clear();
  question.intent.clear();
  question.kinds.clear();
  question.heard.clear();
  question.outcome = "failed";

  const auto rows = place(question, {.ears = "refuse: {http_status: 401, error: INVALID_AUTH}\n"});

  stand.judge(question, rows);
  expect_well(stand.gateway());
}

TEST_P(PhoneFaults, AMouthThatAnswersLateIsWaitedFor) {
  auto question = question_about_hours("late");
  question.steps =
      "  - {wait_silence_ms: 300, timeout_ms: 6000}\n"
      "  - say: '{0}'\n"
      "  - {wait_silence_ms: 900, timeout_ms: 12000}\n"
      "  - hang_up: true\n";
  const std::string late = "voice: {first_byte_ms: 1500}\n";

  const auto rows = place(question, {.mouths = late});

  stand.judge(question, rows);
  for (const auto& line : rows.timeline) {
    const auto& event = line.as_object();
    if (event.at("event") != "answered") continue;
    EXPECT_GE(event.at("latency_ms").to_number<double>(), 1500) << rows.told();
  }
}

TEST_P(PhoneFaults, WhatAMouthFailsToSayIsSaidOnceMore) {
  const auto question = question_about_hours("fails");
  // The first is the greeting.
  const std::string fails = "voice: {fail: {nth: 2, message: out of breath}}\n";

  const auto rows = place(question, {.mouths = fails});

  stand.judge(question, rows);
  std::vector<std::string> said;
  const auto counters = stand.mouth().stats();
  for (const auto& each : counters.at("said").as_array()) {
    said.emplace_back(trim(text_at(each.as_object(), "text")));
  }
  EXPECT_EQ(said, (std::vector<std::string>{"Hello there.", "Here you are.", "Here you are."}));
}

TEST_P(PhoneFaults, AChatServerThatIsGoneIsExcusedAndAskedAgain) {
  auto question = question_about_hours("gone");
  question.says.insert(question.says.begin(), {"a question about nothing"});
  question.rules += "  - {when: {text: nothing}, fail: {type: server_error, message: later}}\n";
  question.heard = {"a question about nothing", "a question about gone"};

  const auto rows = place(question, {});

  stand.judge(question, rows);
  EXPECT_NE(rows.row.at("transcript").as_string().find("cannot think of an answer"),
            json::string::npos)
      << rows.told();
}

INSTANTIATE_TEST_SUITE_P(Vendors, PhoneFaults,
                         ::testing::Values(Voices{"FluxElevenlabs", "flux-general-en",
                                                  "elevenlabs"},
                                           Voices{"LiveCartesia", "nova-3", "cartesia"},
                                           Voices{"FluxOpenai", "flux-general-en", "openai"},
                                           Voices{"LiveAura", "nova-3", "deepgram"}),
                         [](const auto& info) { return std::string(info.param.name); });

}  // namespace
}  // namespace callosum::testing
