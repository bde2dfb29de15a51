// A browser gets a credential whose session is fixed: for our own socket, or by the provider.
#include <array>
#include <boost/json/serialize.hpp>
#include <csignal>
#include <fstream>
#include <gmock/gmock.h>
#include <set>

#include "base/json.hpp"
#include "served.hpp"

namespace callosum::testing {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

constexpr const char* kCanary = "sk-canary-3f9b2c";

std::vector<std::string> openai_at(const std::string& url) {
  return {"--set", "provider=openai", "--set", "providers.openai.url=" + url};
}

void add_tenant(const Served& gateway, const std::string& slug) {
  const json::object tenant{{"slug", slug}, {"timezone", "UTC"}, {"name", "Bella's Bakery"}};
  ASSERT_EQ(gateway.ask("POST", "/api/admin/tenants", json::serialize(tenant)).status, 201);
}

net::HttpResponse ask(const Served& gateway, const std::string& query,
                      const std::string& credential) {
  net::HttpRequest request;
  if (!credential.empty()) request.headers.set("Authorization", "Bearer " + credential);
  return fetch(gateway.main() + "/api/ai/realtime-token?" + query, request);
}
net::HttpResponse ask(const Served& gateway, const std::string& query) {
  return ask(gateway, query, Served::token("bella", {"sales", "admin"}));
}

json::object granted(const net::HttpResponse& answer) {
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.headers.get("Cache-Control"), "no-store");
  return parse_strict(answer.body)->as_object();
}

std::set<std::string> tools_of(const json::object& answer) {
  std::set<std::string> names;
  for (const auto& tool : answer.at("session").at("tools").as_array()) {
    names.emplace(tool.at("name").as_string());
  }
  return names;
}

std::uint16_t port_of(const std::string& url) {
  return static_cast<std::uint16_t>(std::stoi(url.substr(url.find(':', 5) + 1)));
}

class RealtimeToken : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    gateway = std::make_unique<Served>();
    add_tenant(*gateway, "bella");
    add_tenant(*gateway, "corner");
  }
  static void TearDownTestSuite() { gateway.reset(); }
  static std::unique_ptr<Served> gateway;
};
std::unique_ptr<Served> RealtimeToken::gateway;

TEST_F(RealtimeToken, FixesWhatTheSessionIsMadeOf) {
  const auto answer = granted(ask(*gateway, "tenant_id=bella"));

  EXPECT_THAT(std::string(answer.at("value").as_string()), StartsWith("ek_"));
  EXPECT_EQ(answer.at("transport"), "gateway");
  EXPECT_EQ(answer.at("tools_unavailable"), false);
  const auto& session = answer.at("session").as_object();
  EXPECT_EQ(session.at("type"), "realtime");
  EXPECT_EQ(session.at("model"), "callosum-offline");
  EXPECT_EQ(session.at("tool_choice"), "auto");
  EXPECT_EQ(session.at("audio").at("output").at("voice"), "slt");
  EXPECT_THAT(std::string(session.at("instructions").as_string()), HasSubstr("Bella's Bakery"));
  const auto tools = tools_of(answer);
  EXPECT_TRUE(tools.contains("get_policies"));
  EXPECT_TRUE(tools.contains("create_lead"));
  EXPECT_FALSE(tools.contains("delete_lead")) << "destructive";
  const auto guest = granted(ask(*gateway, "", Served::token("bella", {})));
  EXPECT_FALSE(tools_of(guest).contains("create_lead")) << "not for this user";
}

TEST_F(RealtimeToken, OfTheGatewayOpensASessionWhoseCallsTheClientDoesNotSee) {
  const auto answer = granted(ask(*gateway, "tenant_id=bella&transport=gateway"));
  const std::string bearer = "Authorization: Bearer " + std::string(answer.at("value").as_string());

  EXPECT_EQ(RawClient(gateway->port()).upgrade("/v1/realtime?tenant_id=corner", {bearer}), 403);
  RawClient client(gateway->port());
  ASSERT_EQ(client.upgrade("/v1/realtime", {bearer}), 101);
  const auto created = client.find_frame(1, "session.created");
  client.send(client_frame(
      1,
      R"({"type":"session.update","session":{"type":"realtime","output_modalities":["text"]}})"));
  client.send(client_frame(
      1, R"({"type":"conversation.item.create","item":{"type":"message","role":"user","content":)"
         R"([{"type":"input_text","text":"what is your parking policy"}]}})"));
  client.send(client_frame(1, R"({"type":"response.create"})"));
  const auto done = client.find_frame(1, "response.done");

  ASSERT_TRUE(created && done);
  EXPECT_THAT(created->payload, Not(HasSubstr("get_policies")));
  EXPECT_THAT(done->payload, HasSubstr("I do not have a policy on that"));
  EXPECT_THAT(done->payload, Not(HasSubstr("function_call")));
}

TEST_F(RealtimeToken, OfOnePackHasItsToolsAlone) {
  const auto answer = granted(ask(*gateway, "pack=crm"));
  const auto whole = granted(ask(*gateway, ""));

  EXPECT_TRUE(tools_of(answer).contains("create_lead"));
  EXPECT_FALSE(tools_of(answer).contains("get_policies"));
  // And in the session itself.
  RawClient client(gateway->port());
  const std::string bearer = "Authorization: Bearer " + std::string(answer.at("value").as_string());
  ASSERT_EQ(client.upgrade("/v1/realtime", {bearer}), 101);
  ASSERT_TRUE(client.find_frame(1, "session.created"));
  client.send(client_frame(
      1, R"({"type":"conversation.item.create","item":{"type":"message","role":"user","content":)"
         R"([{"type":"input_text","text":"what is your parking policy"}]}})"));
  client.send(client_frame(1, R"({"type":"response.create"})"));
  const auto done = client.find_frame(1, "response.done");
  ASSERT_TRUE(done);
  EXPECT_THAT(done->payload, Not(HasSubstr("I do not have a policy on that")));
  EXPECT_LT(answer.at("session").at("instructions").as_string().size(),
            whole.at("session").at("instructions").as_string().size());
}

TEST_F(RealtimeToken, IsNotMadeForWhoAsksForTheHeadAlone) {
  net::HttpRequest request;
  request.method = "HEAD";
  request.headers.set("Authorization", "Bearer " + Served::token("bella", {"sales", "admin"}));

  const auto answer = fetch(gateway->main() + "/api/ai/realtime-token", request);
  const auto probe = fetch(gateway->main() + "/healthz", request);

  EXPECT_EQ(answer.status, 405);
  EXPECT_EQ(answer.headers.get("Allow"), "GET");
  EXPECT_EQ(probe.status, 200);
}

TEST_F(RealtimeToken, IsRefusedWithTheReason) {
  const auto secret = std::string(granted(ask(*gateway, "")).at("value").as_string());
  gateway->ask_of("corner", "PUT", "/api/admin/enablement/corner", R"({"disabled":["crm"]})");
  const auto corner = Served::token("corner", {"sales"});

  const auto foreign = ask(*gateway, "tenant_id=bella", corner);
  const auto unknown = ask(*gateway, "tenant_id=nowhere", corner);
  const auto off = ask(*gateway, "pack=crm", corner);

  EXPECT_EQ(ask(*gateway, "", "").status, 401);
  EXPECT_EQ(ask(*gateway, "", "").body, R"({"status":"error","message":"Auth required"})");
  EXPECT_EQ(ask(*gateway, "", secret).status, 403);
  EXPECT_EQ(foreign.status, 403);
  EXPECT_EQ(foreign.body, unknown.body);
  EXPECT_EQ(off.status, 409) << off.body;
  EXPECT_FALSE(tools_of(granted(ask(*gateway, "", corner))).contains("list_leads"));
  for (const auto& [query, hint] : {std::pair{"transport=smoke", "gateway, webrtc"},
                                    std::pair{"transports=webrtc", "did you mean transport?"},
                                    std::pair{"pack=none", "crm, receptionist"},
                                    std::pair{"transport=webrtc", "needs a provider"}}) {
    const auto answer = ask(*gateway, query);
    EXPECT_EQ(answer.status, 400) << query;
    EXPECT_THAT(answer.body, AllOf(HasSubstr(R"("status":"error")"), HasSubstr(hint)));
  }
}

TEST(RealtimeTokenOfTheProvider, OpensItsOwnSessionWithOurToolsAndPrompt) {
  Cloud cloud;
  Served gateway(openai_at(cloud.url()), {{"OPENAI_API_KEY", kCanary}});
  add_tenant(gateway, "bella");

  const auto body = ask(gateway, "transport=webrtc").body;
  const auto answer = parse_strict(body)->as_object();

  EXPECT_EQ(answer.at("transport"), "webrtc") << body;
  EXPECT_FALSE(tools_of(answer).contains("delete_lead"));
  EXPECT_THAT(body, Not(HasSubstr(kCanary)));
  EXPECT_EQ(cloud.stats().at("secrets"), 1);
  RawClient browser(port_of(cloud.url()));
  const std::string bearer = "Authorization: Bearer " + std::string(answer.at("value").as_string());
  ASSERT_EQ(browser.upgrade("/v1/realtime?model=gpt-realtime-2.1", {bearer}), 101);
  const auto created = browser.find_frame(1, "session.created");
  ASSERT_TRUE(created);
  EXPECT_THAT(created->payload,
              AllOf(HasSubstr("get_policies"), HasSubstr("Bella's Bakery"),
                    HasSubstr(R"("tool_choice":"auto")"), Not(HasSubstr("delete_lead"))));
}

net::HttpResponse post(const Served& gateway, const std::string& path, const std::string& body,
                       const std::string& subject = "test") {
  net::HttpRequest request;
  request.method = "POST";
  request.body = body;
  request.headers.set("Authorization",
                      "Bearer " + Served::token("bella", {"sales", "admin"}, subject));
  return fetch(gateway.main() + path, request);
}

TEST(RealtimeTokenOfTheProvider, NamesTheSessionByBothIdsAndEitherOfThemRunsItsTools) {
  Cloud cloud;
  auto options = openai_at(cloud.url());
  for (const char* limit : {"limits.voice.calls=100", "limits.voice.retrieval_calls=100"}) {
    options.insert(options.end(), {"--set", limit});
  }
  Served gateway(options, {{"OPENAI_API_KEY", kCanary}});
  add_tenant(gateway, "bella");
  int calls = 0;
  const auto of = [&](const std::string& ids, const std::string& subject = "test") {
    // The same question again and again is no use.
    constexpr std::array kStatuses{"new", "contacted", "qualified", "lost"};
    const auto* words = kStatuses[static_cast<std::size_t>(++calls) % kStatuses.size()];
    return post(gateway, "/api/tools/list_leads",
                R"({"status":")" + std::string(words) + "\"," + ids + "}", subject)
        .body;
  };
  const auto text = [](const json::object& from, const char* key) {
    return std::string(from.at(key).as_string());
  };

  const auto token = granted(ask(gateway, "transport=webrtc"));
  const auto made = granted(
      post(gateway, "/api/realtime/session", R"({"tenant_id":"bella","transport":"webrtc"})"));
  for (const auto& answer : {token, made}) {
    const auto ours = R"("session_id":")" + text(answer, "session_id") + "\"";
    const auto theirs = R"("openai_session_id":")" + text(answer, "openai_session_id") + "\"";
    EXPECT_THAT(of(ours), HasSubstr(R"("ok":true)"));
    EXPECT_THAT(of(theirs), HasSubstr(R"("ok":true)"));
    EXPECT_THAT(of(ours + "," + theirs), HasSubstr(R"("ok":true)"));
    EXPECT_THAT(of(theirs, "eve"), HasSubstr("SESSION_INACTIVE"));
    EXPECT_THAT(of(R"("openai_session_id":"sess_of_its_connection")"),
                HasSubstr("SESSION_INACTIVE"));
  }
  // A secret may open several connections, and only its client knows what they are called.
  const std::string another = R"("openai_session_id":"sess_of_its_connection")";
  EXPECT_THAT(of(R"("session_id":")" + text(made, "session_id") + "\"," + another),
              HasSubstr(R"("ok":true)"));
  EXPECT_THAT(of(another), HasSubstr(R"("ok":true)"));
  EXPECT_THAT(of(another, "eve"), HasSubstr("SESSION_INACTIVE"));
  // It is still called as it was made.
  EXPECT_THAT(of(R"("openai_session_id":")" + text(made, "openai_session_id") + R"(")"),
              HasSubstr(R"("ok":true)"));
  const auto of_ours = granted(ask(gateway, ""));
  EXPECT_FALSE(of_ours.contains("openai_session_id"));
}

TEST(RealtimeTokenOfTheProvider, PinsTheVersionOfThePacksForItsCalls) {
  Cloud cloud;
  Served gateway(openai_at(cloud.url()), {{"OPENAI_API_KEY", kCanary}});
  add_tenant(gateway, "bella");
  const auto version_of = [&](const json::object& minted) {
    const auto answer =
        post(gateway, "/api/tools/list_leads",
             R"({"session_id":")" + std::string(minted.at("session_id").as_string()) + "\"}");
    const auto body = parse_strict(answer.body)->as_object();
    const auto* data = find_object(body, "data");
    const auto* meta = data ? find_object(*data, "meta") : nullptr;
    const auto version = meta ? text_at(*meta, "registry_version") : "";
    return version.empty() ? answer.body : std::string(version);
  };
  const auto edit = [&](int times) {
    std::ofstream(gateway.folder() / "packs/receptionist/prompt.md", std::ios::app)
        << "Change " << times << ".\n";
    const auto reloaded = gateway.ask("POST", "/api/admin/registry/reload");
    ASSERT_EQ(reloaded.status, 200) << reloaded.body;
  };
  const auto first = granted(ask(gateway, "transport=webrtc"));
  const auto before = version_of(first);

  edit(0);
  const auto second = granted(ask(gateway, "transport=webrtc"));

  EXPECT_EQ(version_of(first), before);
  EXPECT_NE(version_of(second), before);
  for (int i = 1; i <= 4; ++i) {  // so often that the oldest is not kept any more
    edit(i);
    granted(ask(gateway, "transport=webrtc"));
  }
  EXPECT_THAT(version_of(first), HasSubstr("SESSION_INACTIVE"));
  EXPECT_THAT(version_of(second), Not(HasSubstr("SESSION_INACTIVE")));
  gateway.process().send_signal(SIGTERM);  // those that are kept are let go in time
  const auto ended = gateway.process().wait(std::chrono::seconds(20));
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->status, 0) << ended->err;
}

TEST(RealtimeTokenOfTheProvider, ShowsToolsInTheWordsOfCallersWhoeverItIs) {
  Cloud cloud("gemini");
  Served gateway({"--set", "provider=gemini", "--set", "providers.gemini.url=" + cloud.url()},
                 {{"GEMINI_API_KEY", kCanary}});
  add_tenant(gateway, "bella");

  const auto answer = granted(ask(gateway, ""));

  const auto& first = answer.at("session").at("tools").at(0).as_object();
  EXPECT_EQ(first.at("type"), "function");
  EXPECT_TRUE(first.at("parameters").as_object().contains("additionalProperties"));
  EXPECT_TRUE(tools_of(answer).contains("get_policies"));
}

TEST(RealtimeTokenOfTheProvider, ThatItRefusesTellsNobodyOurKey) {
  Process strict({program("callosum-sim"), "openai", "--key", "another"}, {});
  const auto line = strict.read_line(std::chrono::seconds(20));
  Served gateway(openai_at(line.substr(line.find("ws://"))), {{"OPENAI_API_KEY", kCanary}});
  add_tenant(gateway, "bella");

  const auto answer = ask(gateway, "transport=webrtc");

  EXPECT_EQ(answer.status, 502) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("the voice provider did not make a credential"));
  EXPECT_THAT(answer.body, Not(HasSubstr("API key")));
  ASSERT_TRUE(eventually(
      [&] { return gateway.process().errors().find("invalid_api_key") != std::string::npos; },
      std::chrono::seconds(10)));
  EXPECT_THAT(gateway.process().errors(), Not(HasSubstr(kCanary)));
}

TEST(RealtimeTokenOfTheProvider, ThatCannotBeReachedIsSaidSo) {
  Served gateway(openai_at("ws://127.0.0.1:1/v1/realtime"), {{"OPENAI_API_KEY", kCanary}});
  add_tenant(gateway, "bella");

  const auto answer = ask(gateway, "transport=webrtc");

  EXPECT_EQ(answer.status, 503) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("cannot be reached"));
}

}  // namespace
}  // namespace callosum::testing
