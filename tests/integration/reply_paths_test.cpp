// Who owns ears, brain and mouth: the same conversation on every reply path.
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "provider/offline/speech/mouth.hpp"
#include "served.hpp"

namespace callosum::testing {
namespace {

using ::testing::HasSubstr;

/// What the model does on every path, whoever it is.
constexpr std::string_view kScript =
    "rules:\n"
    "  - when: {text: cancellation policy}\n"
    "    calls: [{name: get_policies, arguments: '{\"topic\":\"cancellation\"}'}]\n"
    "  - when: {text: parking and hours}\n"
    "    calls:\n"
    "      - {name: get_policies, arguments: '{\"topic\":\"parking\"}'}\n"
    "      - {name: get_working_hours, arguments: '{}'}\n"
    "  - when: {text: nonsense}\n"
    "    calls: [{name: no_such_tool, arguments: '{}'}]\n";

/// A gateway on one path, with the clouds that it needs.
class Path {
 public:
  explicit Path(const std::string& name) : provider("openai") {
    const std::vector<std::string> options{
        "--set", "provider=openai",    "--set", "providers.openai.url=" + provider.url(),
        "--set", "reply_path=" + name, "--set", "audit.sync=always"};
    provider.follow(std::string(kScript));
    gateway = std::make_unique<Served>(options, Environment{{"OPENAI_API_KEY", "anything"}});
    const auto made =
        gateway->ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
    EXPECT_EQ(made.status, 201) << made.body;
  }

  Conversation say(const std::string& text, bool is_spoken) {
    app::CallOptions call;
    call.url = gateway->realtime();
    call.token = Served::token("bella", {});
    if (is_spoken) {
      call.speech = provider::offline::speech::Mouth::make("slt").value().speak(text).value();
    } else {
      call.text = text;
    }
    std::vector<app::CallOptions> calls;
    calls.push_back(std::move(call));
    return converse(std::move(calls)).front();
  }
  /// "tool outcome gate", in the order of the audit. Its hashes are of another business each time.
  std::vector<std::string> audited() const {
    std::vector<std::string> out;
    std::string all = gateway->audit();
    for (std::size_t at = 0; at < all.size();) {
      const auto end = std::min(all.find('\n', at), all.size());
      const auto record = parse_strict(std::string_view(all).substr(at, end - at));
      at = end + 1;
      if (!record) continue;
      const auto& object = record->as_object();
      out.push_back(std::string(text_at(object, "tool_id")) + " " +
                    std::string(text_at(object, "outcome")) + " " +
                    std::string(text_at(object, "gate")));
    }
    return out;
  }
  json::object row() const {
    const auto answer = gateway->ask_of("bella", "GET", "/api/admin/sessions?limit=1");
    return parse_strict(answer.body)->at("sessions").as_array().at(0).as_object();
  }

  Cloud provider;
  std::unique_ptr<Served> gateway;
};

TEST(ReplyPaths, BridgeTellsTheProviderWhatOurEarsHeardAndRunsItsCalls) {
  Path path("bridge");

  const auto call = path.say("what is your cancellation policy", true);

  const auto answered = call.all("answered");
  ASSERT_EQ(answered.size(), 1u) << call.transcript();
  EXPECT_EQ(answered[0].tool, "get_policies");
  const auto heard = call.all("heard");
  ASSERT_EQ(heard.size(), 1u) << call.transcript();
  EXPECT_EQ(heard[0].text, "what is your cancellation policy");
  EXPECT_THAT(call.said(), HasSubstr("Tool said"));
  EXPECT_FALSE(call.outcome.reply.samples.empty());
  const auto counters = path.provider.stats();
  EXPECT_FALSE(counters.contains("audio_ms_in"));
  EXPECT_EQ(path.row().at("reply_path"), "bridge");
  EXPECT_EQ(path.row().at("tool_ownership"), "provider_native");
}

TEST(ReplyPaths, MakeTheSameCallsOfTheSameConversation) {
  std::vector<std::vector<std::string>> audits;
  std::vector<std::vector<std::string>> asked;
  for (const std::string name : {"native", "bridge"}) {
    Path path(name);
    asked.emplace_back();
    for (const char* text : {"what is your cancellation policy", "parking and hours", "nonsense"}) {
      const auto call = path.say(text, false);
      EXPECT_FALSE(call.said().empty()) << name << call.transcript();
      for (const auto& one : call.all("called")) asked.back().push_back(one.tool + one.args);
    }
    audits.push_back(path.audited());
  }

  EXPECT_EQ(audits[0].size(), 4u);
  for (std::size_t i = 1; i < audits.size(); ++i) {
    EXPECT_EQ(audits[i], audits[0]);
    EXPECT_EQ(asked[i], asked[0]);
  }
}

}  // namespace
}  // namespace callosum::testing
