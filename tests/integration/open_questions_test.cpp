// A question that the caller has heard, and the gateway that is gone before they answer: on the
// next connection of the session a genuine yes to it runs the call, once.
#include <boost/json/serialize.hpp>
#include <fstream>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "served.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;

constexpr const char* kManifest = R"(pack: till
version: 1.0.0
prompt_text: You mind the till.
access_mode: confirm
schema: schema.sql
tenants: {till_payments: business_id}
tools:
  - name: pay_out
    version: 1.0.0
    summary: Pays money out of the till.
    category: action
    access: write
    confirmation: spoken
    channels: [voice, text]
    bind: {business_id: session.tenant_id}
    provenance: {payee: seen}
    input:
      type: object
      properties: {sum: {type: integer}, payee: {type: string}}
      required: [sum, payee]
      additionalProperties: false
    output: {type: object, properties: {affected: {type: integer}}, required: [affected]}
    say_on_failure: The till is stuck.
    run:
      result: affected
      sql: "INSERT INTO till_payments (id, sum) SELECT 1 + count(*), :sum FROM till_payments WHERE :payee <> ''"
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
)";
constexpr const char* kSchema =
    "CREATE TABLE IF NOT EXISTS till_payments (business_id TEXT NOT NULL, id INTEGER NOT NULL, "
    "sum INTEGER NOT NULL, PRIMARY KEY (business_id, id));\n";

/// Ada's typed conversation: a new one, or that session again.
class Typed {
 public:
  explicit Typed(const Served& gateway, const std::string& session_id = {},
                 const std::string& subject = "ada")
      : client_(gateway.port()) {
    const auto query = session_id.empty() ? "" : "?session_id=" + session_id;
    status = client_.upgrade("/v1/realtime" + query,
                             {"Authorization: Bearer " + Served::token("bella", {}, subject)});
    if (status != 101) return;
    const auto created = find("session.created");
    id = std::string(created.at("session").at("id").as_string());
    send(R"({"type":"session.update","session":{"type":"realtime","output_modalities":["text"]}})");
    find("session.updated");
  }
  json::object find(std::string_view type) {
    const auto frame = client_.find_frame(1, type);
    EXPECT_TRUE(frame) << "no " << type;
    return frame ? parse_strict(frame->payload)->as_object() : json::object{};
  }
  void say(const std::string& words) {
    const json::object part{{"type", "input_text"}, {"text", words}};
    const json::object item{{"type", "message"}, {"role", "user"}, {"content", json::array{part}}};
    send(json::serialize(json::object{{"type", "conversation.item.create"}, {"item", item}}));
    send(R"({"type":"response.create"})");
    find("response.done");
  }
  std::string id;
  int status = 0;

 private:
  void send(const std::string& event) { client_.send(client_frame(1, event)); }
  RawClient client_;
};

class OpenQuestions : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto folder = gateway.folder() / "packs/till";
    std::filesystem::create_directories(folder);
    std::ofstream(folder / "pack.yaml") << kManifest;
    std::ofstream(folder / "schema.sql") << kSchema;
    const auto reloaded = gateway.ask("POST", "/api/admin/registry/reload");
    ASSERT_EQ(reloaded.status, 200) << reloaded.body;
    const auto made =
        gateway.ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
    ASSERT_EQ(made.status, 201) << made.body;
    cloud.follow(R"yaml(
rules:
  - {when: {tool_output: pay_out}, say: "Shall I pay out five to Bruno?"}
  - {when: {text: bruno}, calls: [{name: pay_out, arguments: {sum: 5, payee: Bruno}}]}
)yaml");
  }
  /// The caller is asked; the token that the model was shown.
  std::string ask(Typed& caller) {
    caller.say("pay five to Bruno");
    const auto output = cloud.outputs().back();
    const auto at = output.find("confirm_");
    EXPECT_NE(at, std::string::npos) << output;
    return at == std::string::npos ? "" : output.substr(at, 40);
  }
  /// From now on the model takes a yes for one to that question.
  void expect_yes_to(const std::string& token, int sum = 5) {
    cloud.follow(R"yaml(
rules:
  - {when: {tool_output: pay_out}, say: So it is.}
  - when: {text: 'yes'}
    calls: [{name: pay_out, arguments: {sum: )yaml" +
                 std::to_string(sum) + ", payee: Bruno, confirmationToken: " + token + "}}]\n");
  }
  /// Once the row is on the disk, as power fails.
  void die() {
    ASSERT_TRUE(eventually([&] { return kept().find("confirm_") != std::string::npos; }, 10s));
    gateway.start_again();
  }
  json::array run(const std::string& sql) {
    auto connection =
        storage::sqlite::Connection::open({.path = gateway.data() / "callosum.db"}).value();
    return connection->query(sql, {}).value();
  }
  std::string kept() {
    return json::serialize(run("SELECT open_questions FROM realtime_sessions"));
  }
  bool is_forgotten(const std::string& token) {
    return eventually([&] { return kept().find(token) == std::string::npos; }, 10s);
  }
  bool is_paid(int times) {
    return payments().find(R"("value":)" + std::to_string(times) + "}") != std::string::npos;
  }
  std::string payments() {
    return gateway.ask_of("bella", "POST", "/api/admin/tools/count_payments", "{}").body;
  }

  Cloud cloud;
  Served gateway{{"--set", "provider=openai", "--set", "providers.openai.url=" + cloud.url(),
                  "--set", "limits.voice.calls=100", "--set", "limits.voice.retrieval_calls=100"},
                 Environment{{"OPENAI_API_KEY", "anything"}}};
};

TEST_F(OpenQuestions, AreAnsweredAfterTheGatewayDiedAndRunTheirCallOnce) {
  std::string id, token;
  {
    Typed caller(gateway);
    id = caller.id;
    token = ask(caller);
    die();
  }
  expect_yes_to(token);
  Typed again(gateway, id);
  ASSERT_EQ(again.status, 101);

  EXPECT_TRUE(is_paid(0)) << payments();
  again.say("yes");
  EXPECT_TRUE(eventually([&] { return is_paid(1); }, 10s)) << payments();
  again.say("yes");

  EXPECT_TRUE(is_paid(1)) << payments();
  EXPECT_TRUE(is_forgotten(token)) << kept();
}

TEST_F(OpenQuestions, ThatWereAnsweredAreNotOpenAgainThoughTheRowWasWrittenTooLate) {
  std::string id, token;
  {
    Typed caller(gateway);
    id = caller.id;
    token = ask(caller);
    die();
  }
  run("CREATE TABLE stale AS SELECT id, open_questions FROM realtime_sessions");
  expect_yes_to(token);
  {
    Typed again(gateway, id);
    again.say("yes");
    ASSERT_TRUE(eventually([&] { return is_paid(1); }, 10s)) << payments();
    ASSERT_TRUE(is_forgotten(token));
  }
  run("UPDATE realtime_sessions SET open_questions = (SELECT open_questions FROM stale "
      "WHERE stale.id = realtime_sessions.id)");
  ASSERT_NE(kept().find(token), std::string::npos);
  gateway.start_again();

  Typed once_more(gateway, id);
  once_more.say("yes");

  EXPECT_TRUE(is_paid(1)) << payments();
}

TEST_F(OpenQuestions, AreNotAnsweredByANoOrForOtherArgumentsOrByAnybodyElse) {
  std::string id, token;
  {
    Typed caller(gateway);
    id = caller.id;
    token = ask(caller);
    die();
  }
  expect_yes_to(token, 50);
  {
    Typed other_sum(gateway, id);
    other_sum.say("yes");
    EXPECT_TRUE(is_paid(0)) << payments();
  }
  EXPECT_NE(Typed(gateway, id, "eve").status, 101);
  expect_yes_to(token);
  {
    Typed another(gateway);  // of the same user
    another.say("yes");
    EXPECT_TRUE(is_paid(0)) << payments();
  }
  Typed again(gateway, id);
  again.say("no, leave it");
  again.say("yes");
  EXPECT_TRUE(is_paid(0)) << payments();
  EXPECT_TRUE(is_forgotten(token)) << kept();
}

}  // namespace
}  // namespace callosum::testing
