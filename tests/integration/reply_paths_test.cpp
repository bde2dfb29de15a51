// Who owns ears, brain and mouth: the same conversation on every reply path.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "provider/offline/speech/mouth.hpp"
#include "served.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// What the model does on every path, whoever it is.
constexpr std::string_view kScript =
    "rules:\n"
    "  - when: {text: cancellation policy}\n"
    "    calls: [{name: get_policies, arguments: '{\"topic\":\"cancellation\"}'}]\n"
    "  - when: {text: parking and hours}\n"
    "    calls:\n"
    "      - {name: get_policies, arguments: '{\"topic\":\"parking\"}'}\n"
    "      - {name: get_working_hours, arguments: '{}'}\n"
    "  - when: {text: leave a note}\n"
    "    calls: [{name: leave_note, arguments: '{\"about\":\"tea\"}'}]\n"
    "  - when: {text: nonsense}\n"
    "    calls: [{name: no_such_tool, arguments: '{}'}]\n";

/// One that changes something, and so is in the ledger.
constexpr std::string_view kNote = R"yaml(tools:
  - name: leave_note
    version: 1.0.0
    summary: Leaves a note.
    description: Leaves a note for the business.
    category: action
    access: write
    channels: [voice, text]
    input:
      type: object
      properties: {about: {type: string, description: What about.}}
      required: [about]
      additionalProperties: false
    output: {type: object, properties: {}}
    say_on_failure: I cannot do that.
    run: {builtin: noop}
)yaml";

/// A mouth that plans: whatever it is asked to say, it calls a tool.
const std::string kTalkative =
    "rules:\n"
    "  - when: {instructions: Say exactly}\n"
    "    say: These are the words.\n"
    "    calls: [{name: get_policies, arguments: '{\"topic\":\"parking\"}'}]\n";

/// A gateway on one path, with the clouds that it needs.
class Path {
 public:
  explicit Path(const std::string& name) : provider("openai"), chat("chat") {
    std::vector<std::string> options;
    for (const auto& set :
         {std::string("provider=openai"), "providers.openai.url=" + provider.url(),
          "providers.openai.brain_url=" + chat.url(),
          std::string("providers.openai.brain_model=sim"), "reply_path=" + name,
          std::string("audit.sync=always")}) {
      options.insert(options.end(), {"--set", set});
    }
    // On the path brain the provider's model must not matter: it calls what it may not.
    provider.follow(name == "brain" ? kTalkative : std::string(kScript));
    chat.follow(std::string(kScript));
    gateway = std::make_unique<Served>(options, Environment{{"OPENAI_API_KEY", "anything"}});
    const auto made =
        gateway->ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
    EXPECT_EQ(made.status, 201) << made.body;
    gateway->edit("tools:\n", kNote);
    const auto loaded = gateway->ask("POST", "/api/admin/registry/reload");
    EXPECT_EQ(loaded.status, 200) << loaded.body;
  }

  Conversation say(const std::string& text, bool is_spoken) {
    app::CallOptions call;
    call.url = gateway->realtime();
    call.token = Served::token("bella", {});
    if (is_spoken) {
      // A voice that no other test here has: what one has said changes how it says the next.
      call.speech = provider::offline::speech::Mouth::make("awb").value().speak(text).value();
    } else {
      call.text = text;
    }
    std::vector<app::CallOptions> calls;
    calls.push_back(std::move(call));
    return converse(std::move(calls)).front();
  }
  /// "tool outcome gate" of every call. The audit's hashes are of another business each time.
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
    std::sort(out.begin(), out.end());  // calls made together end in any order
    return out;
  }
  /// "tool arguments state" of every row of the ledger.
  std::vector<std::string> kept() const {
    std::vector<std::string> out;
    const auto file = gateway->data() / "callosum.db";
    auto connection = storage::sqlite::Connection::open({.path = file});
    const auto rows = (*connection)->query("SELECT tool_id, arguments, state FROM tool_calls");
    EXPECT_TRUE(rows);
    for (const auto& row : *rows) out.push_back(json::serialize(row));
    return out;
  }
  json::object row() const {
    const auto answer = gateway->ask_of("bella", "GET", "/api/admin/sessions?limit=1");
    return parse_strict(answer.body)->at("sessions").as_array().at(0).as_object();
  }

  Cloud provider;
  Cloud chat;
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
  EXPECT_EQ(counters.at("audio_ms_in").to_number<int>(), 0);
  EXPECT_EQ(path.row().at("reply_path"), "bridge");
  EXPECT_EQ(path.row().at("tool_ownership"), "provider_native");
}

TEST(ReplyPaths, BrainPlansHereAndTheProviderOnlySpeaks) {
  Path path("brain");

  const auto call = path.say("what is your cancellation policy", true);

  const auto answered = call.all("answered");
  ASSERT_EQ(answered.size(), 1u) << call.transcript();
  EXPECT_EQ(answered[0].tool, "get_policies");
  ASSERT_EQ(call.all("heard").size(), 1u) << call.transcript();
  EXPECT_EQ(call.all("heard")[0].text, "what is your cancellation policy");
  EXPECT_THAT(call.said(), HasSubstr("Tool said"));
  EXPECT_THAT(call.said(), Not(HasSubstr("These are the words")));
  EXPECT_FALSE(call.outcome.reply.samples.empty());
  EXPECT_EQ(path.audited().size(), 1u);
  EXPECT_EQ(path.chat.outputs().size(), 1u);
  const auto counters = path.provider.stats();
  EXPECT_EQ(counters.at("audio_ms_in").to_number<int>(), 0);
  EXPECT_TRUE(path.provider.outputs().empty());
  EXPECT_THAT(json::serialize(counters.at("sessions")), Not(HasSubstr("get_working_hours")));
}

TEST(ReplyPaths, BrainIsShownInTheRecordAndTheMetrics) {
  Path path("brain");

  path.say("hello", false);

  EXPECT_EQ(path.row().at("reply_path"), "brain");
  EXPECT_EQ(path.row().at("tool_ownership"), "transport_only");
  const auto& gateway = *path.gateway;
  EXPECT_GE(gateway.metric(R"(provider_calls_ignored_total{provider="openai"})"), 1);
  EXPECT_EQ(gateway.metric("sessions_started_total{provider=\"openai\",reply_path=\"brain\","
                           "tool_ownership=\"transport_only\"}"),
            1);
}

TEST(ReplyPaths, BrainPlansTheSameWithAnyMouth) {
  Cloud chat("chat");
  for (const std::string name : {"xai", "gemini", "offline", "cascade"}) {
    std::optional<Cloud> cloud;
    chat.follow(std::string(kScript));
    std::vector<std::string> options{"--set", "provider=" + name,
                                     "--set", "reply_path=brain",
                                     "--set", "providers." + name + ".brain_url=" + chat.url()};
    if (name == "xai" || name == "gemini") {
      cloud.emplace(name);
      options.insert(options.end(), {"--set", "providers." + name + ".url=" + cloud->url()});
    }
    const Gateway gateway(options,
                          Environment{{"XAI_API_KEY", "anything"}, {"GEMINI_API_KEY", "anything"}});
    app::CallOptions call;
    call.url = gateway.realtime();
    call.token = gateway.token();
    call.text = "what is your cancellation policy";
    std::vector<app::CallOptions> calls;
    calls.push_back(std::move(call));

    const auto conversation = converse(std::move(calls)).front();

    EXPECT_EQ(conversation.all("answered").size(), 1u) << name << conversation.transcript();
    EXPECT_THAT(conversation.said(), HasSubstr("Tool said")) << name;
    EXPECT_GT(conversation.outcome.reply.samples.size(), 8000u) << name;
    if (name == "xai") {
      EXPECT_GE(cloud->stats().at("force_messages").to_number<int>(), 1);
    }
  }
}

TEST(ReplyPaths, ACascadeNeedsNoRealtimeProvider) {
  Cloud chat("chat");
  chat.follow(std::string(kScript));
  const Gateway gateway(
      {"--set", "provider=cascade", "--set", "providers.cascade.brain_url=" + chat.url()},
      Environment{});
  app::CallOptions call;
  call.url = gateway.realtime();
  call.token = gateway.token();
  call.speech = provider::offline::speech::Mouth::make("rms")
                    .value()
                    .speak("what is your cancellation policy")
                    .value();
  std::vector<app::CallOptions> calls;
  calls.push_back(std::move(call));

  const auto conversation = converse(std::move(calls)).front();

  ASSERT_EQ(conversation.all("heard").size(), 1u) << conversation.transcript();
  EXPECT_EQ(conversation.all("answered").size(), 1u) << conversation.transcript();
  EXPECT_THAT(conversation.said(), HasSubstr("Tool said"));
  EXPECT_GT(conversation.outcome.reply.samples.size(), 8000u);
}

TEST(ReplyPaths, BrainRefusesCallsThatAClientPassesOnFromTheProvider) {
  Path path("brain");
  RawClient client(path.gateway->port());
  const auto token = Served::token("bella", {});
  ASSERT_EQ(client.upgrade("/v1/realtime", {"Authorization: Bearer " + token}), 101);
  const auto created = client.find_frame(1, "session.created");
  ASSERT_TRUE(created);
  const auto id = std::string(parse_strict(created->payload)->at("session").at("id").as_string());
  net::HttpRequest request;
  request.method = "POST";
  request.body = R"({"session_id":")" + id + R"(","topic":"parking"})";
  request.headers.set("Authorization", "Bearer " + token);

  const auto answer = fetch(path.gateway->main() + "/api/tools/get_policies", request);

  EXPECT_THAT(answer.body, HasSubstr("only speaks")) << answer.status;
  EXPECT_EQ(path.audited().size(), 1u);
  EXPECT_THAT(path.audited().at(0), HasSubstr("FORBIDDEN ownership"));
}

TEST(ReplyPaths, BrainExcusesItselfWithoutItsChatServer) {
  Path path("brain");
  path.chat.follow("rules:\n  - when: {text: any}\n    fail: {code: server_error}\n");

  const auto call = path.say("what is your cancellation policy", false);

  EXPECT_THAT(call.said(), HasSubstr("I'm sorry")) << call.transcript();
  EXPECT_TRUE(path.audited().empty());
}

TEST(ReplyPaths, MakeTheSameCallsOfTheSameConversation) {
  std::vector<std::vector<std::string>> audits;
  std::vector<std::vector<std::string>> ledgers;
  std::vector<std::vector<std::string>> asked;
  for (const std::string name : {"native", "bridge", "brain"}) {
    Path path(name);
    asked.emplace_back();
    for (const char* text :
         {"what is your cancellation policy", "parking and hours", "leave a note", "nonsense"}) {
      const auto call = path.say(text, false);
      EXPECT_FALSE(call.said().empty()) << name << call.transcript();
      for (const auto& one : call.all("called")) asked.back().push_back(one.tool + one.args);
    }
    audits.push_back(path.audited());
    ledgers.push_back(path.kept());
  }

  EXPECT_EQ(audits[0].size(), 5u);
  ASSERT_EQ(ledgers[0].size(), 1u);
  EXPECT_THAT(ledgers[0][0], HasSubstr(R"("state":"done")"));
  for (std::size_t i = 1; i < audits.size(); ++i) {
    EXPECT_EQ(audits[i], audits[0]);
    EXPECT_EQ(asked[i], asked[0]);
    EXPECT_EQ(ledgers[i], ledgers[0]);
  }
}

TEST(ProductContext, TellsOfTheBusinessTheLineAndTheCallersLastConversations) {
  const Gateway gateway;
  const auto told = [&] {
    net::HttpRequest request;
    request.headers.set("Authorization", "Bearer " + gateway.token());
    return fetch(gateway.http("/api/ai/realtime-token"), request).body;
  };

  const auto first = told();
  type(gateway, "what are your opening hours");

  EXPECT_THAT(first, HasSubstr("time zone: "));
  EXPECT_THAT(first, HasSubstr("number is attested"));
  EXPECT_THAT(first, Not(HasSubstr("From earlier conversations")));
  // The row of a conversation is written when it has ended.
  EXPECT_TRUE(
      eventually([&] { return told().find("(voice): nothing was changed") != std::string::npos; },
                 std::chrono::seconds(20)));
}

TEST(ReplyPaths, ACascadeNeedsNothingButThisMachine) {
  const Gateway gateway({"--set", "provider=cascade"}, Environment{});
  app::CallOptions call;
  call.url = gateway.realtime();
  call.token = gateway.token();
  call.speech = provider::offline::speech::Mouth::make("rms")
                    .value()
                    .speak("what is your cancellation policy")
                    .value();
  std::vector<app::CallOptions> calls;
  calls.push_back(std::move(call));

  const auto conversation = converse(std::move(calls)).front();

  ASSERT_EQ(conversation.all("answered").size(), 1u) << conversation.transcript();
  EXPECT_EQ(conversation.all("answered")[0].tool, "get_policies");
  EXPECT_FALSE(conversation.said().empty());
  EXPECT_GT(conversation.outcome.reply.samples.size(), 8000u);
}

}  // namespace
}  // namespace callosum::testing
