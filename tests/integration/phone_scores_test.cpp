// What is judged of a call: how sure the ears were of what they heard, and how the caller felt.
#include "base/json.hpp"
#include "phone_stand.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;

/// The words tell the judge's request from those of the conversation: its data names what was said.
std::string judged(const std::string& word, const std::string& answer) {
  return "  - {when: {text: '\"said\":[\"the " + word + "'}, say: '" + answer + "'}\n";
}

PhoneCase about(const std::string& word, const std::string& answer) {
  PhoneCase out;
  out.name = word;
  out.says = {{"the " + word + " was wonderful", "confidence_percent: 90"},
              {"thank you", "confidence_percent: 60"}};
  out.rules = judged(word, answer) + "  - {when: {text: " + word + "}, say: I am glad.}\n";
  out.heard = {"the " + word + " was wonderful", "thank you"};
  return out;
}

/// As the console is shown it.
json::object shown(const Gateway& gateway, const json::object& row) {
  net::HttpRequest request;
  request.headers.set("Authorization", "Bearer " + gateway.token());
  const auto path = "/api/admin/calls/" + std::string(text_at(row, "call_sid")) +
                    "?tenant_id=" + std::string(text_at(row, "tenant_id"));
  const auto answer = fetch(gateway.http(path), request);
  EXPECT_EQ(answer.status, 200) << answer.body;
  return parse_strict(answer.body, {.max_bytes = 1 << 20}).value().as_object();
}

double counted(const Gateway& gateway, const std::string& outcome) {
  return metric(gateway, "call_scores_total", "outcome=\"" + outcome + "\"");
}

TEST(PhoneScores, ACallsRecordSaysHowSureTheEarsWereAndHowTheCallerFelt) {
  for (const auto* ears : {"flux-general-en", "nova-3"}) {
    SCOPED_TRACE(ears);
    PhoneStand stand(ears, "deepgram", {"phone.score_calls=true"});
    const std::vector<PhoneCase> cases{about("haircut", R"({"sentiment": 0.75})"),
                                       about("cleaning", "Very happy, I would say.")};

    const auto rows = stand.place(cases, {});
    auto& gateway = stand.gateway();
    const bool is_judged = eventually(
        [&] { return counted(gateway, "judged") + counted(gateway, "unreadable") == 2; }, 30s);

    for (std::size_t i = 0; i < cases.size(); ++i) stand.judge(cases[i], rows[i]);
    ASSERT_TRUE(is_judged);
    const auto score_of = [&](const CallRows& each) {
      const auto found =
          stand.run("SELECT sentiment FROM phone_calls WHERE call_sid = '" + each.call_sid() + "'");
      return found.front().at("sentiment");
    };
    EXPECT_TRUE(eventually([&] { return score_of(rows[0]) == 0.75; }, 10s));
    EXPECT_EQ(score_of(rows[1]), nullptr);
    const auto page = shown(gateway, rows[0].row);
    EXPECT_EQ(page.at("sentiment"), 0.75);
    EXPECT_EQ(page.at("confidence"), 0.8);  // four words at 0.9, two at 0.6
    EXPECT_EQ(shown(gateway, rows[1].row).at("confidence"), 0.8);
    EXPECT_EQ(metric(gateway, "chat_requests_total", "purpose=\"score\""), 2);
    const auto copied = stand.run(
        "SELECT sentiment_score, confidence_score FROM calls"
        " WHERE call_sid = '" +
        rows[0].call_sid() + "'");
    ASSERT_EQ(copied.size(), 1u);
    EXPECT_EQ(copied[0].at("sentiment_score"), 0.75);
    EXPECT_EQ(copied[0].at("confidence_score"), 0.8);
    expect_well(gateway);
  }
}

TEST(PhoneScores, NobodyIsJudgedWhereNobodyAsksForIt) {
  PhoneStand stand("nova-3", "deepgram");
  const auto call = about("haircut", R"({"sentiment": 0.75})");

  const auto rows = stand.place({call}, {});

  stand.judge(call, rows[0]);
  const auto page = shown(stand.gateway(), rows[0].row);
  EXPECT_EQ(page.at("sentiment"), nullptr);
  EXPECT_EQ(page.at("confidence"), 0.8);
  EXPECT_EQ(metric(stand.gateway(), "chat_requests_total", "purpose=\"score\""), 0);
  expect_well(stand.gateway());
}

}  // namespace
}  // namespace callosum::testing
