// A tool that only the caller's own hand can confirm, through the real program: by a click on the
// caller's own socket, and by the same user over HTTP.
#include <boost/json/serialize.hpp>
#include <fstream>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "served.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kManifest = R"(pack: till
version: 1.0.0
prompt: prompt.md
access_mode: confirm
schema: schema.sql
tenants: {till_payments: business_id}
tools:
  - name: pay_out
    version: 1.0.0
    summary: Pays money out of the till.
    category: action
    access: write
    confirmation: strong
    channels: [voice, text]
    bind: {business_id: session.tenant_id}
    input:
      type: object
      properties: {sum: {type: integer}}
      required: [sum]
      additionalProperties: false
    output: {type: object, properties: {affected: {type: integer}}, required: [affected]}
    say_on_failure: The till is stuck.
    run:
      result: affected
      sql: "INSERT INTO till_payments (id, sum) SELECT 1 + count(*), :sum FROM till_payments"
  - name: count_payments
    version: 1.0.0
    summary: What was paid out.
    category: retrieval
    access: read
    channels: [voice, text]
    bind: {business_id: session.tenant_id}
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object, properties: {value: {type: integer}}, required: [value]}
    say_on_failure: The till is stuck.
    run: {result: value, sql: "SELECT count(*) FROM till_payments"}
  - name: open_books
    version: 1.0.0
    summary: What only the owner may see.
    category: retrieval
    access: read
    confirmation: strong
    channels: [voice, text]
    bind: {business_id: session.tenant_id}
    input: {type: object, properties: {}, additionalProperties: false}
    output: {type: object, properties: {value: {type: integer}}, required: [value]}
    say_on_failure: The till is stuck.
    run: {result: value, sql: "SELECT count(*) FROM till_payments"}
)";
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS till_payments (business_id TEXT NOT NULL, id INTEGER NOT NULL, "
    "sum INTEGER NOT NULL, PRIMARY KEY (business_id, id));\n";

/// A caller of bella with an open conversation, and a model that does as it is told.
class Caller {
 public:
  explicit Caller(const Served& gateway, const std::string& subject = "ada")
      : client_(gateway.port()) {
    EXPECT_EQ(client_.upgrade("/v1/realtime",
                              {"Authorization: Bearer " + Served::token("bella", {}, subject)}),
              101);
    const auto created = find("session.created");
    id = std::string(created.at("session").at("id").as_string());
  }
  json::object find(std::string_view type) {
    const auto frame = client_.find_frame(1, type);
    EXPECT_TRUE(frame) << "no " << type;
    return frame ? parse_strict(frame->payload)->as_object() : json::object{};
  }
  /// The model is told to call that.
  void say(const std::string& words) {
    send(json::serialize(json::object{
        {"type", "conversation.item.create"},
        {"item",
         {{"type", "message"},
          {"role", "user"},
          {"content", json::array{json::object{{"type", "input_text"}, {"text", words}}}}}}}));
    send(R"({"type":"response.create"})");
  }
  void answer(const std::string& confirmation_id, bool agree) {
    send(json::serialize(json::object{{"type", "callosum.confirmation.answer"},
                                      {"confirmation_id", confirmation_id},
                                      {"agree", agree}}));
  }
  std::string asked_to_confirm() {
    return std::string(find("callosum.confirmation.requested").at("confirmation_id").as_string());
  }
  std::string id;

 private:
  void send(const std::string& event) { client_.send(client_frame(1, event)); }
  RawClient client_;
};

class Confirmations : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto folder = gateway.folder() / "packs/till";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "pack.yaml") << kManifest;
    std::ofstream(folder / "schema.sql") << kSchema;
    std::ofstream(folder / "prompt.md") << "You mind the till.\n";
    const auto reloaded = gateway.ask("POST", "/api/admin/registry/reload");
    ASSERT_EQ(reloaded.status, 200) << reloaded.body;
    for (const char* slug : {"bella", "rival"}) {
      const auto made =
          gateway.ask("POST", "/api/admin/tenants",
                      R"({"slug":")" + std::string(slug) + R"(","timezone":"Europe/Rome"})");
      ASSERT_EQ(made.status, 201) << made.body;
    }
  }
  net::HttpResponse ask(const std::string& method, const std::string& path, const std::string& body,
                        const std::string& token) {
    net::HttpRequest request;
    request.method = method;
    request.body = body;
    if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
    return fetch(gateway.main() + path, request);
  }
  net::HttpResponse answer(const std::string& id, const std::string& body = R"({"agree":true})",
                           const std::string& token = ada()) {
    return ask("POST", "/api/confirmations/" + id, body, token);
  }
  json::array listed(const std::string& token = ada()) {
    const auto answer = ask("GET", "/api/confirmations", "", token);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return parse_strict(answer.body)->at("confirmations").as_array();
  }
  std::string run(const Caller& caller, int sum) {
    return ask("POST", "/api/tools/pay_out",
               R"({"session_id":")" + caller.id + R"(","sum":)" + std::to_string(sum) + "}", ada())
        .body;
  }
  std::string payments() {
    return gateway.ask_of("bella", "POST", "/api/admin/tools/count_payments", "{}").body;
  }
  bool is_paid(int times) {
    return payments().find(R"("value":)" + std::to_string(times) + "}") != std::string::npos;
  }
  static std::string ada() { return Served::token("bella", {}, "ada"); }

  Cloud cloud;
  Served gateway{{"--set", "provider=openai", "--set", "providers.openai.url=" + cloud.url(),
                  "--set", "limits.voice.calls=100", "--set", "limits.voice.retrieval_calls=100"},
                 Environment{{"OPENAI_API_KEY", "anything"}}};
};

TEST_F(Confirmations, ByAClickRunTheCallOnceWhenTheModelMakesItAgain) {
  Caller caller(gateway);
  caller.say(R"(call pay_out {"sum":5})");
  const auto request = caller.find("callosum.confirmation.requested");
  const std::string id(request.at("confirmation_id").as_string());
  caller.find("response.done");
  EXPECT_TRUE(is_paid(0));

  caller.answer(id, true);
  EXPECT_EQ(caller.find("callosum.confirmation.answered").at("agree"), true);
  caller.find("response.done");  // the model speaks to the news
  caller.say(R"(call pay_out {"sum":5})");
  caller.find("response.done");
  EXPECT_TRUE(is_paid(1)) << payments();
  caller.say(R"(call pay_out {"sum":5})");
  EXPECT_NE(caller.asked_to_confirm(), id);

  EXPECT_TRUE(is_paid(1)) << payments();
  EXPECT_EQ(request.at("args").at("sum"), 5);
  EXPECT_THAT(std::string(request.at("preview").as_string()), HasSubstr("sum: 5"));
  for (const auto& output : cloud.outputs()) EXPECT_THAT(output, Not(HasSubstr("confirm_")));
  EXPECT_THAT(gateway.audit(), HasSubstr(R"("approved_by":"ada","consent":"strong")"));
}

TEST_F(Confirmations, ByTheSameUserElsewhereReachTheLiveConversation) {
  Caller caller(gateway);
  const auto refused = run(caller, 7);
  const auto id = caller.asked_to_confirm();
  const auto open = listed();

  const auto answered = answer(id);

  EXPECT_THAT(refused, HasSubstr("CONFIRMATION_REQUIRED"));
  EXPECT_THAT(refused, Not(HasSubstr(id)));
  ASSERT_EQ(open.size(), 1u);
  EXPECT_EQ(open[0].at("confirmation_id"), json::value(id));
  EXPECT_EQ(open[0].at("session_id"), json::value(caller.id));
  EXPECT_EQ(answered.status, 200) << answered.body;
  EXPECT_THAT(answered.body, HasSubstr(R"("state":"agreed")"));
  EXPECT_EQ(caller.find("callosum.confirmation.answered").at("confirmation_id"), json::value(id));
  EXPECT_TRUE(listed().empty());
  EXPECT_THAT(run(caller, 8), HasSubstr("CONFIRMATION_REQUIRED"));
  EXPECT_THAT(run(caller, 7), HasSubstr(R"("ok":true)"));
  EXPECT_TRUE(is_paid(1)) << payments();
  EXPECT_EQ(answer(id).status, 409);
}

TEST_F(Confirmations, OfSomebodyElseAreNotThere) {
  Caller caller(gateway);
  run(caller, 7);
  const auto id = caller.asked_to_confirm();
  const auto nobodys = answer("confirm_00000000000000000000000000000000");
  EXPECT_EQ(nobodys.status, 404);
  for (const auto& token :
       {Served::token("bella", {"admin", "operator"}, "eve"), Served::token("rival", {}, "ada")}) {
    const auto foreign = answer(id, R"({"agree":true})", token);
    EXPECT_EQ(foreign.status, 404);
    EXPECT_EQ(foreign.body, nobodys.body);
    EXPECT_TRUE(listed(token).empty());
  }
  EXPECT_EQ(answer(id, R"({"agree":true})", "").status, 401);
  const auto secret = ask("POST", "/v1/realtime/client_secrets", "{}", ada());
  const std::string value(parse_strict(secret.body)->at("value").as_string());
  EXPECT_EQ(answer(id, R"({"agree":true})", value).status, 401);
  Caller another(gateway);
  another.answer(id, true);
  EXPECT_THAT(json::serialize(another.find("error")), HasSubstr("no confirmation with that id"));

  EXPECT_THAT(run(caller, 7), HasSubstr("CONFIRMATION_REQUIRED"));
  EXPECT_TRUE(is_paid(0)) << payments();
}

TEST_F(Confirmations, AreAnsweredByABodyThatSaysSo) {
  Caller caller(gateway);
  run(caller, 7);
  const auto id = caller.asked_to_confirm();
  EXPECT_EQ(ask("GET", "/api/confirmations?state=open", "", ada()).status, 400);
  for (const char* body : {"", "{}", "[]", R"({"agree":"true"})", R"({"agree":1})",
                           R"({"agree":false,"agree":true})"}) {
    const auto refused = answer(id, body);
    EXPECT_EQ(refused.status, 400) << body;
    EXPECT_THAT(refused.body, HasSubstr("the body must be")) << body;
  }
  EXPECT_EQ(answer(id, R"({"agree":false})").status, 200);
  EXPECT_EQ(caller.find("callosum.confirmation.answered").at("agree"), false);
  EXPECT_THAT(run(caller, 7), HasSubstr("CONFIRMATION_REQUIRED"));
  EXPECT_TRUE(is_paid(0)) << payments();
}

TEST_F(Confirmations, ThatWereAgreedToOutliveTheProcessAndCountForNoOtherSession) {
  std::string id;
  {
    Caller caller(gateway);
    run(caller, 7);
    id = caller.asked_to_confirm();
    ASSERT_EQ(answer(id).status, 200);
  }
  gateway.process().send_signal(SIGKILL);
  gateway.start_again();

  EXPECT_EQ(answer(id).status, 409);  // it is on disk
  Caller caller(gateway);
  EXPECT_THAT(run(caller, 7), HasSubstr("CONFIRMATION_REQUIRED"));
  EXPECT_TRUE(is_paid(0)) << payments();
}

TEST_F(Confirmations, OfACallThatStandsAloneAreForTheNextOne) {
  const auto execute = [this] {
    return ask("POST", "/api/ai/realtime-tools/execute",
               R"({"tenant_id":"bella","tool_name":"open_books"})", ada())
        .body;
  };
  EXPECT_THAT(execute(), HasSubstr("CONFIRMATION_REQUIRED"));
  EXPECT_THAT(execute(), HasSubstr("CONFIRMATION_REQUIRED"));
  const auto open = listed();
  ASSERT_EQ(open.size(), 1u);
  ASSERT_EQ(answer(std::string(open[0].at("confirmation_id").as_string())).status, 200);

  EXPECT_THAT(execute(), HasSubstr(R"("ok":true)"));
  EXPECT_THAT(execute(), HasSubstr("CONFIRMATION_REQUIRED"));
}

TEST_F(Confirmations, AreNotAskedOfAPersonAtTheOperatorsDoor) {
  const auto paid =
      gateway.ask_of("bella", "POST", "/api/admin/tools/pay_out", R"({"args":{"sum":3}})");

  EXPECT_THAT(paid.body, HasSubstr(R"("ok":true)"));
  EXPECT_TRUE(is_paid(1)) << payments();
}

TEST_F(Confirmations, AreGivenByACallThatWasToldTo) {
  const auto place = [this](std::vector<std::string> more) {
    std::vector<std::string> arguments{"call", "--text",           R"(call pay_out {"sum":5})",
                                       "--to", gateway.realtime(), "--token",
                                       ada()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_callosum(arguments, {}).out;
  };

  EXPECT_THAT(place({}), HasSubstr("would confirm, with --confirm"));
  EXPECT_EQ(listed().size(), 1u);
  EXPECT_THAT(place({"--confirm"}), HasSubstr("confirmed: Pays money"));
  EXPECT_EQ(listed().size(), 1u);
}

}  // namespace
}  // namespace callosum::testing
