// POST /api/ai/realtime-tools/execute, case by case.
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "destructive_tools.hpp"
#include "served.hpp"

namespace callosum::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RealtimeTools : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    gateway = std::make_unique<Served>(std::vector<std::string>{"--set", "provider=offline"});
    gateway->edit("tools:\n", kDestructiveTools);
    ASSERT_EQ(gateway->ask("POST", "/api/admin/registry/reload").status, 200);
    for (const char* slug : {"bella", "rival"}) {
      const auto made =
          gateway->ask("POST", "/api/admin/tenants",
                       R"({"slug":")" + std::string(slug) + R"(","timezone":"Europe/Rome"})");
      ASSERT_EQ(made.status, 201) << made.body;
    }
  }
  static void TearDownTestSuite() { gateway.reset(); }

  static net::HttpResponse execute(const std::string& body, bool with_user = true) {
    net::HttpRequest request;
    request.method = "POST";
    request.body = body;
    if (with_user) {
      request.headers.set("Authorization", "Bearer " + Served::token("bella", {"sales"}));
    }
    return fetch(
        "http://127.0.0.1:" + std::to_string(gateway->port()) + "/api/ai/realtime-tools/execute",
        request);
  }
  static std::string call(const std::string& tool, const std::string& args,
                          const std::string& tenant = "bella", const std::string& more = "") {
    return R"({"tenant_id":")" + tenant + R"(","tool_name":")" + tool + R"(","tool_args":)" + args +
           more + "}";
  }
  static std::unique_ptr<Served> gateway;
};
std::unique_ptr<Served> RealtimeTools::gateway;

TEST_F(RealtimeTools, NeedAUser) {
  const auto answer = execute(call("list_leads", "{}"), false);

  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(answer.body, R"({"status":"error","message":"Auth required"})");
}

TEST_F(RealtimeTools, AreNotForASecretOfTheSocket) {
  net::HttpRequest request;
  request.method = "POST";
  request.body = "{}";
  request.headers.set("Authorization", "Bearer " + Served::token("bella", {"sales"}));
  const std::string base = "http://127.0.0.1:" + std::to_string(gateway->port());
  const auto minted = fetch(base + "/v1/realtime/client_secrets", request);
  const auto secret = parse_strict(minted.body)->at("value").as_string();
  request.headers.set("Authorization", "Bearer " + std::string(secret));
  request.body = call("list_leads", "{}");

  EXPECT_EQ(fetch(base + "/api/ai/realtime-tools/execute", request).status, 401);
  EXPECT_EQ(fetch(base + "/api/tools/list_leads", request).status, 401);
}

TEST_F(RealtimeTools, AreDestructiveHoweverThePathIsWritten) {
  net::HttpRequest request;
  request.method = "POST";
  request.body = R"({"session_id":"sess_1"})";
  request.headers.set("Authorization", "Bearer " + Served::token("bella", {"sales"}));
  const std::string base = "http://127.0.0.1:" + std::to_string(gateway->port());
  for (const char* name : {"%64elete_lead", "%EF%BD%84elete_lead", "d%D0%B5l%D0%B5t%D0%B5_lead"}) {
    EXPECT_EQ(fetch(base + "/api/tools/" + name, request).status, 403) << name;
  }
}

TEST_F(RealtimeTools, NeedATenantAndAToolsName) {
  for (const char* body :
       {"{}", R"({"tenant_id":"bella"})", R"({"tool_name":"list_leads"})", "[]",
        R"({"tenant_id":7,"tool_name":"x"})", R"({"tenant_id":"bella","tool_name":""})"}) {
    const auto answer = execute(body);
    EXPECT_EQ(answer.status, 400) << body;
    EXPECT_EQ(answer.body, R"({"status":"error","message":"tenant_id and tool_name are required"})")
        << body;
  }
  const auto twice = execute(R"({"tenant_id":"bella","tenant_id":"rival","tool_name":"x"})");
  EXPECT_EQ(twice.status, 400);
  EXPECT_THAT(twice.body, HasSubstr("twice"));
  EXPECT_EQ(execute(call("list_leads", "[1]")).status, 400);
}

TEST_F(RealtimeTools, NeverAreDestructiveHoweverTheNameIsWritten) {
  for (const char* tool : {"delete_lead", "DELETE_LEAD", "x_drop_schema_y", "Delete_anything",
                           "\xef\xbd\x84\xef\xbd\x85lete_lead", "dеlеtе_lead", "DΕLΕΤΕ_LEAD",
                           "de\u200dlete_lead", "délete_lead"}) {
    const auto answer = execute(call(tool, R"({"lead_id":"LD-4101"})"));
    EXPECT_EQ(answer.status, 403) << tool;
    EXPECT_EQ(
        answer.body,
        R"({"status":"error","message":"Realtime is not allowed to call destructive tools"})");
  }
}

TEST_F(RealtimeTools, NeverAreDestructiveByTheirAccessOrAnArgument) {
  for (const auto& [tool, args] : kDestructiveCalls) {
    const auto answer = execute(call(tool, args));
    EXPECT_EQ(answer.status, 403) << tool << args;
    EXPECT_EQ(answer.body, kDestructiveRefusal) << tool << args;
  }
  const auto harmless = execute(call("tidy_up", R"({"action":"count"})"));
  EXPECT_EQ(harmless.status, 200);
  EXPECT_THAT(harmless.body, HasSubstr(R"("ok":true)"));
}

TEST_F(RealtimeTools, OfNoOtherBusinessSayNothingOfWhatTheyWouldDestroy) {
  const auto foreign = execute(call("list_leads", "{}", "rival"));

  for (const auto& [tool, args] : kDestructiveCalls) {
    const auto answer = execute(call(tool, args, "rival"));
    EXPECT_EQ(answer.status, 403) << tool << args;
    EXPECT_EQ(answer.body, foreign.body) << tool << args;
  }
}

TEST_F(RealtimeTools, OfNoOtherBusinessWhetherThereIsOneOrNot) {
  const auto foreign = execute(call("list_leads", "{}", "rival"));
  const auto nowhere = execute(call("list_leads", "{}", "nowhere"));

  EXPECT_EQ(foreign.status, 403);
  EXPECT_EQ(nowhere.status, 403);
  EXPECT_EQ(foreign.body, nowhere.body);
}

TEST_F(RealtimeTools, AnswerWithTheEnvelopeAlsoWhereItRefuses) {
  const auto listed = execute(call("list_leads", "null"));
  const auto unknown = execute(call("teleport", "{}"));

  EXPECT_EQ(listed.status, 200);
  EXPECT_THAT(listed.body, HasSubstr(R"({"status":"success","data":{"ok":true)"));
  EXPECT_EQ(unknown.status, 200);
  EXPECT_THAT(unknown.body, HasSubstr("NOT_FOUND"));
}

TEST_F(RealtimeTools, OnlyProposeWritesAndTheSameOneOnce) {
  const auto body =
      call("create_lead", R"({"name":"Ada Quill"})", "bella", R"(,"call_id":"call_of_browser_1")");

  const auto first = execute(body);
  const auto again = execute(body);

  EXPECT_THAT(first.body, HasSubstr(R"("proposed":true)"));
  EXPECT_THAT(again.body, HasSubstr(R"("proposed":true)"));
  const auto open = gateway->ask_of("bella", "GET", "/api/admin/proposals");
  EXPECT_EQ(parse_strict(open.body)->at("proposals").as_array().size(), 1u) << open.body;
}

struct Keys {
  std::vector<std::string> headers;
  std::string call_id{};
};

/// Proposes a lead on a gateway.
std::string propose(const Served& gateway, const std::string& name, const Keys& keys) {
  net::HttpRequest request;
  request.method = "POST";
  request.headers.set("Authorization", "Bearer " + Served::token("bella", {"sales"}, "eve"));
  for (const auto& key : keys.headers) request.headers.add("Idempotency-Key", key);
  json::object body{{"tenant_id", "bella"}, {"tool_name", "create_lead"}};
  body["tool_args"] = json::object{{"name", name}};
  if (!keys.call_id.empty()) body["call_id"] = keys.call_id;
  request.body = json::serialize(body);
  const auto answer = fetch(gateway.main() + "/api/ai/realtime-tools/execute", request);
  const auto parsed = parse_strict(answer.body);
  boost::system::error_code none;
  const auto* id = parsed->find_pointer("/data/data/proposal_id", none);
  if (id) return std::string(id->as_string());
  return std::to_string(answer.status) + " " + answer.body;
}

TEST_F(RealtimeTools, AreKnownByTheirIdempotencyKey) {
  const auto first = propose(*gateway, "Key Quill", {{"key-of-this-1"}});

  EXPECT_EQ(first.size(), 36u) << first;
  EXPECT_EQ(propose(*gateway, "Key Quill", {{"key-of-this-1"}}), first);
  EXPECT_EQ(propose(*gateway, "Key Quill", {{"key-of-this-1"}, "key-of-this-1"}), first);
  EXPECT_EQ(propose(*gateway, "Key Quill", {{}, "key-of-this-1"}), first);
  EXPECT_THAT(propose(*gateway, "Another", {{"key-of-this-1"}}), HasSubstr("CONFLICT"));
  for (const auto& keys : std::vector<Keys>{{{"key-of-this-1"}, "key-of-this-2"},
                                            {{"key-of-this-1", "key-of-this-1"}},
                                            {{"short"}},
                                            {{""}},
                                            {{"with a space in it"}},
                                            {{std::string(129, 'k')}}}) {
    const auto refused = propose(*gateway, "Key Quill", keys);
    EXPECT_THAT(refused, AllOf(HasSubstr("400 "), HasSubstr("Idempotency-Key: expected")));
  }
}

TEST(RealtimeToolsAlone, SpendOneBudgetOnWhateverThread) {
  Served gateway({"--set", "threads=4", "--set", "limits.voice.calls=3", "--set",
                  "limits.voice.retrieval_calls=3"});
  const auto tenant = R"({"slug":"bella","timezone":"UTC"})";
  ASSERT_EQ(gateway.ask("POST", "/api/admin/tenants", tenant).status, 201);
  net::HttpRequest request;
  request.method = "POST";
  request.headers.set("Authorization", "Bearer " + Served::token("bella", {"sales"}));

  int ran = 0;
  for (int i = 0; i < 24; ++i) {
    request.body = R"({"tenant_id":"bella","tool_name":"get_policies","tool_args":{"topic":"t)" +
                   std::to_string(i) + R"("}})";
    const auto answer = fetch(gateway.main() + "/api/ai/realtime-tools/execute", request);
    if (answer.body.find(R"("ok":true)") != std::string::npos) ++ran;
  }

  EXPECT_GE(ran, 3);
  EXPECT_LE(ran, 6) << "two windows at most";
}

TEST(RealtimeToolsAlone, MayDoTheSameAgainUnderAnotherId) {
  Served gateway;
  const auto tenant = R"({"slug":"bella","timezone":"UTC"})";
  ASSERT_EQ(gateway.ask("POST", "/api/admin/tenants", tenant).status, 201);
  const auto first = propose(gateway, "Ada Quill", {{"first-time"}});
  const auto applied = gateway.ask_of("bella", "POST", "/api/admin/proposals/" + first + "/apply");
  ASSERT_EQ(applied.status, 200) << applied.body;

  const auto second = propose(gateway, "Ada Quill", {{"second-time"}});

  EXPECT_EQ(second.size(), 36u) << second;
  EXPECT_NE(second, first);
}

}  // namespace
}  // namespace callosum::testing
