// "Check my email", from the first word to the mail, at every provider: two tools at the start, the
// mode, the list that the provider has acknowledged, the mail of the account that is selected.
#include <boost/json/serialize.hpp>
#include <fstream>
#include <gmock/gmock.h>
#include <map>

#include "base/json.hpp"
#include "base/text.hpp"
#include "google_sim.hpp"
#include "provider/offline/speech/mouth.hpp"
#include "served.hpp"
#include "slow_write.hpp"

namespace callosum::testing {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kWork = "john@work.example";
constexpr const char* kHome = "john@home.example";

constexpr const char* kScript = R"yaml(
rules:
  - when: {tool_output: set_mode}
    calls: [{name: email_actions, arguments: {action: search, args: {folder: inbox}}}]
  - {when: {tool_output: email_actions}, say: Those are your mails.}
  - {when: {text: check my email}, calls: [{name: set_mode, arguments: {mode: email}}]}
)yaml";

/// The line that begins so.
std::string line_of(const std::string& text, const std::string& begin) {
  const auto at = text.find(begin);
  return at == std::string::npos ? "" : text.substr(at, text.find('\n', at) - at);
}

class CheckMyEmail : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    google = std::make_unique<GoogleSim>();
    folder = std::make_unique<TempFolder>();
    auto options = google->options(
        {"audit.sync=always", "limits.voice.calls=1000", "limits.voice.retrieval_calls=1000"});
    auto environment = any_keys();
    environment.merge(GoogleSim::environment());
    for (const char* name : {"openai", "xai", "gemini"}) {
      clouds[name] = std::make_unique<Cloud>(name);
      clouds[name]->follow(kScript);
      for (const auto& option : played_by(name, *clouds[name])) options.push_back(option);
    }
    options.insert(options.begin(), {"--config", config()});
    configure("offline");
    gateway = std::make_unique<Served>(options, environment);
    const auto made =
        gateway->ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
    ASSERT_EQ(made.status, 201) << made.body;
  }
  static void TearDownTestSuite() {
    gateway.reset();
    clouds.clear();
    folder.reset();
    google.reset();
  }
  static std::string config() { return (folder->path() / "callosum.yaml").string(); }
  static void configure(const std::string& provider) {
    std::ofstream(config()) << "provider: " << provider << "\negress:\n  allow:\n"
                            << "    - {url: \"https://gmail.googleapis.com\", at: \""
                            << google->base() << "\", private: true}\n"
                            << "    - {url: \"https://www.googleapis.com\", at: \""
                            << google->base() << "\", private: true}\n";
  }
  static void serve(const std::string& provider) {
    configure(provider);
    gateway->start_again();
  }
  static std::string token(const std::string& user) {
    return Served::token("bella", {"sales"}, user);
  }
  static void connect(const std::string& user, const std::string& account) {
    const auto page = connect_account(*google, gateway->main(), token(user), account);
    ASSERT_EQ(page.status, 200) << page.body;
  }
  static net::HttpResponse post(const std::string& user, const std::string& path,
                                const std::string& body) {
    net::HttpRequest request;
    request.method = "POST";
    request.body = body;
    request.headers.set("Authorization", "Bearer " + token(user));
    return fetch(gateway->main() + path, request);
  }
  static json::object begin(const std::string& user) {
    const auto answer =
        post(user, "/api/realtime/session", R"({"tenant_id":"bella","pack":"assistant"})");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return parse_strict(answer.body)->as_object();
  }
  /// A tool of that session; the answer as text.
  static std::string use(const std::string& user, const std::string& session,
                         const std::string& tool, const std::string& arguments = "") {
    return post(user, "/api/tools/" + tool,
                R"({"session_id":")" + session + "\"" + (arguments.empty() ? "" : ",") + arguments +
                    "}")
        .body;
  }
  static Conversation talk(const std::string& secret, const std::string& text) {
    app::CallOptions options;
    options.url = gateway->realtime();
    options.token = secret;
    options.text = text;
    options.wants_audio = false;
    options.on_tools = [](const std::string&) {};
    return converse({options}).front();
  }

  static inline std::unique_ptr<GoogleSim> google;
  static inline std::unique_ptr<TempFolder> folder;
  static inline std::map<std::string, std::unique_ptr<Cloud>> clouds;
  static inline std::unique_ptr<Served> gateway;
};

TEST_F(CheckMyEmail, AnswersFromTheSelectedAccountAtEveryProvider) {
  connect("ada", kWork);
  for (const char* provider : {"openai", "xai", "gemini", "offline"}) {
    SCOPED_TRACE(provider);
    serve(provider);
    const auto begun = begin("ada");
    EXPECT_EQ(begun.at("session").at("tools").as_array().size(), 2u);
    EXPECT_EQ(begun.at("account").as_string(), kWork);

    const auto heard = talk(std::string(begun.at("value").as_string()), "check my email");

    const auto transcript = heard.transcript();
    ASSERT_EQ(heard.all("answered").size(), 2u) << transcript;
    EXPECT_EQ(heard.all("answered")[0].tool, "set_mode");
    EXPECT_EQ(heard.all("answered")[1].tool, "email_actions");
    EXPECT_THAT(heard.all("answered")[1].text, HasSubstr("from")) << transcript;
    EXPECT_TRUE(heard.all("refused").empty()) << transcript;
    EXPECT_FALSE(heard.said().empty());
    // The mode's tools were in force at once, and it is known after how long.
    const auto metrics = gateway->ask("GET", "/metrics").body;
    EXPECT_THAT(metrics, HasSubstr(std::string(R"(tools_loaded_ms_count{provider=")") + provider +
                                   R"("} 1)"));
    RecordProperty(std::string("tools_loaded_") + provider,
                   line_of(metrics, "tools_loaded_ms_sum"));
  }
  EXPECT_THAT(gateway->audit(), HasSubstr(R"("account":"john@work.example")"));
}

TEST_F(CheckMyEmail, AnswersAVoiceAloud) {
  connect("vera", kWork);
  serve("offline");
  app::CallOptions options;
  options.url = gateway->realtime();
  options.token = std::string(begin("vera").at("value").as_string());
  const auto mouth = provider::offline::speech::Mouth::make("slt");
  options.speech = mouth.value().speak("check my email").value();

  const auto heard = converse({options}).front();

  const auto transcript = heard.transcript();
  ASSERT_EQ(heard.all("answered").size(), 2u) << transcript;
  EXPECT_EQ(heard.all("answered")[0].tool, "set_mode");
  EXPECT_EQ(heard.all("answered")[1].tool, "email_actions");
  EXPECT_FALSE(heard.said().empty()) << transcript;
  EXPECT_GT(heard.outcome.reply.samples.size(), 16'000u);
}

TEST_F(CheckMyEmail, DeletesNothingInAnySpelling) {
  connect("ben", kWork);
  serve("offline");
  const auto session = std::string(begin("ben").at("session_id").as_string());
  ASSERT_THAT(use("ben", session, "set_mode", R"("mode":"email")"), HasSubstr(R"("ok":true)"));
  const auto found = use("ben", session, "email_actions", R"("action":"search","args":{})");
  ASSERT_THAT(found, HasSubstr(R"("id":")"));
  const auto at = found.find(R"("id":")") + 6;
  const auto id = found.substr(at, found.find('"', at) - at);

  for (const char* action : {"delete", "DELETE", "Delete", " delete", "delete ", "d\\u0065lete",
                             "\\uff44\\uff45\\uff4c\\uff45\\uff54\\uff45", "del\\u200bete"}) {
    const auto answer =
        use("ben", session, "email_actions",
            R"("action":")" + std::string(action) + R"(","args":{"id":")" + id + R"("})");
    EXPECT_THAT(answer, Not(HasSubstr(R"("ok":true)"))) << action;
  }
  const auto read =
      use("ben", session, "email_actions", R"("action":"read","args":{"id":")" + id + R"("})");
  EXPECT_THAT(read, HasSubstr(R"("ok":true)"));  // it is still there
  const auto stats = google->stats();
  for (const auto& call : stats.at("calls").as_array()) {
    EXPECT_NE(call.at("method").as_string(), "DELETE");
    EXPECT_EQ(call.at("path").as_string().find("trash"), std::string::npos);
  }
}

TEST_F(CheckMyEmail, IsDeletedByAPersonWithTheRoleInAnAccountOfTheirOwn) {
  connect("mia", kWork);
  connect("nora", kHome);
  serve("offline");
  const auto run = [&](const std::string& user, const std::string& account,
                       const std::string& arguments, bool is_admin = true) {
    net::HttpRequest request;
    request.method = "POST";
    request.body = R"({"account":")" + account + R"(","args":)" + arguments + "}";
    const std::vector<std::string> roles{is_admin ? "admin" : "sales"};
    request.headers.set("Authorization", "Bearer " + Served::token("bella", roles, user));
    return fetch(gateway->admin() + "/api/admin/tools/email_actions", request);
  };
  const auto found = run("mia", "John@Work.example", R"({"action":"search","args":{}})").body;
  ASSERT_THAT(found, HasSubstr(R"("id":")"));
  const auto at = found.find(R"("id":")") + 6;
  const auto deletion = R"({"action":"delete","args":{"id":")" +
                        found.substr(at, found.find('"', at) - at) + R"("}})";

  EXPECT_EQ(run("mia", kWork, deletion, false).status, 403);
  const auto foreign = run("mia", kHome, deletion);
  const auto nobodys = run("mia", "nobody@work.example", deletion);
  EXPECT_EQ(foreign.status, 404) << foreign.body;
  EXPECT_EQ(foreign.body, nobodys.body);
  EXPECT_EQ(run("nora", kWork, deletion).status, 404);
  const auto none = run("mia", "", deletion);
  EXPECT_THAT(none.body, Not(HasSubstr(R"("ok":true)")));
  const auto deleted = run("mia", kWork, deletion);

  EXPECT_THAT(deleted.body, HasSubstr(R"("ok":true)"));
  EXPECT_THAT(gateway->audit(), HasSubstr(R"("account":"john@work.example")"));
}

TEST_F(CheckMyEmail, AsksForAClickBeforeItIsSentInTheTurnInWhichMailWasRead) {
  connect("olga", kWork);
  clouds.at("openai")->follow(R"yaml(
rules:
  - when: {tool_output: set_mode}
    calls: [{name: email_actions, arguments: {action: search, args: {folder: inbox}}}]
  - when: {tool_output: email_actions, output: items}
    calls: [{name: email_actions, arguments: {action: send, args: {to: [anna@work.example], subject: Hi, body: See you.}}}]
  - {when: {tool_output: email_actions}, say: "Shall I send it?"}
  - {when: {text: check my email}, calls: [{name: set_mode, arguments: {mode: email}}]}
)yaml");
  serve("openai");
  const auto begun = begin("olga");

  const auto heard = talk(std::string(begun.at("value").as_string()), "check my email");

  const auto refused = heard.all("refused");
  ASSERT_EQ(refused.size(), 1u) << heard.transcript();
  EXPECT_EQ(refused[0].error_type, "CONFIRMATION_REQUIRED");
  EXPECT_THAT(refused[0].text, HasSubstr("press confirm"));
  clouds.at("openai")->follow(kScript);
}

TEST_F(CheckMyEmail, SendsNothingWithoutConsent) {
  connect("cleo", kWork);
  serve("offline");
  const auto session = std::string(begin("cleo").at("session_id").as_string());
  use("cleo", session, "set_mode", R"("mode":"email")");

  const auto answer = use("cleo", session, "email_actions",
                          R"("action":"send","args":{"to":["anna@work.example"],"subject":"Hi",)"
                          R"("body":"See you."})");
  const auto forged = use("cleo", session, "email_actions",
                          R"("action":"send","args":{"to":["anna@work.example"],"subject":"Hi",)"
                          R"("body":"See you."},"confirmationToken":"yes")");

  EXPECT_THAT(answer, HasSubstr("CONFIRMATION_REQUIRED"));
  EXPECT_THAT(forged, Not(HasSubstr(R"("ok":true)")));
  EXPECT_TRUE(google->stats().at("sent").as_array().empty());
}

TEST_F(CheckMyEmail, NeverReachesTheOtherAccountWhateverIsAsked) {
  connect("dora", kWork);
  connect("dora", kHome);
  serve("offline");
  const auto session = std::string(begin("dora").at("session_id").as_string());
  EXPECT_THAT(use("dora", session, "set_mode", R"("mode":"email")"), HasSubstr("which account?"));
  ASSERT_THAT(use("dora", session, "select_account", R"("account":"home")"), HasSubstr(kHome));
  ASSERT_THAT(use("dora", session, "set_mode", R"("mode":"email")"), HasSubstr(R"("ok":true)"));
  const auto home = use("dora", session, "email_actions", R"("action":"search","args":{})");
  ASSERT_THAT(use("dora", session, "select_account", R"("account":"work")"), HasSubstr(kWork));
  const auto work = use("dora", session, "email_actions", R"("action":"search","args":{})");
  EXPECT_NE(home, work);
  const auto at = home.find(R"("id":")") + 6;
  const auto id = home.substr(at, home.find('"', at) - at);

  const auto read =
      use("dora", session, "email_actions", R"("action":"read","args":{"id":")" + id + R"("})");
  EXPECT_THAT(read, Not(HasSubstr(R"("ok":true)")));
  for (const char* more :
       {R"("account":"john@home.example")", R"("email":"john@home.example")",
        R"("userId":"john@home.example")", R"("epoch":2)", R"("epoch":3)", R"("epoch":4)"}) {
    const auto answer = use("dora", session, "email_actions",
                            R"("action":"search","args":{},)" + std::string(more));
    EXPECT_THAT(answer, Not(HasSubstr(R"("ok":true)"))) << more;
  }
  const auto stats = google->stats();
  for (const auto& call : stats.at("calls").as_array()) {
    EXPECT_EQ(call.at("path").as_string().find("john@"), std::string::npos);
  }
}

TEST_F(CheckMyEmail, FindsWhatJohnHasWrittenAndNothingElse) {
  connect("finn", kWork);
  serve("offline");
  for (const char* from : {"John Doe <john@outside.example>", "Anna <anna@outside.example>"}) {
    google->post("/sim/mail",
                 json::serialize(json::object{
                     {"to", kWork}, {"from", from}, {"subject", "Plans"}, {"text", "See you."}}));
  }
  const auto session = std::string(begin("finn").at("session_id").as_string());
  use("finn", session, "set_mode", R"("mode":"email")");

  const auto found =
      use("finn", session, "email_actions", R"("action":"search","args":{"from":"john"})");

  const auto data = parse_strict(found)->at("data").at("data").as_object();
  const auto& items = data.at("items").as_array();
  EXPECT_FALSE(items.empty()) << found;
  for (const auto& item : items) {
    EXPECT_THAT(to_lower_ascii(item.at("from").as_string()), HasSubstr("john")) << found;
  }
}

TEST_F(CheckMyEmail, HasTheSameOneOfTwoAccountsSelectedAfterARestart) {
  connect("gwen", kWork);
  connect("gwen", kHome);
  serve("offline");
  const auto begun = begin("gwen");
  const auto session = std::string(begun.at("session_id").as_string());
  RawClient first(gateway->port());
  ASSERT_EQ(first.upgrade("/v1/realtime",
                          {"Authorization: Bearer " + std::string(begun.at("value").as_string())}),
            101);
  ASSERT_TRUE(first.find_frame(1, "session.created"));
  ASSERT_THAT(use("gwen", session, "select_account", R"("account":"home")"), HasSubstr(kHome));
  ASSERT_THAT(use("gwen", session, "set_mode", R"("mode":"email")"), HasSubstr(R"("ok":true)"));
  gateway->stop();
  serve("offline");
  RawClient client(gateway->port());
  ASSERT_EQ(client.upgrade("/v1/realtime?tenant_id=bella&session_id=" + session,
                           {"Authorization: Bearer " + token("gwen")}),
            101);
  ASSERT_TRUE(client.find_frame(1, "session.created"));

  const auto found = use("gwen", session, "email_actions", R"("action":"search","args":{})");

  EXPECT_THAT(found, HasSubstr(R"("ok":true)"));
  EXPECT_THAT(use("gwen", session, "set_mode", R"("mode":"email")"), HasSubstr(kHome));
}

TEST_F(CheckMyEmail, SaysSoWhenTheAccountIsTakenBackAndHasItsToolsNoLonger) {
  connect("emma", "john@home.example");
  serve("offline");
  const auto session = std::string(begin("emma").at("session_id").as_string());
  ASSERT_THAT(use("emma", session, "set_mode", R"("mode":"email")"), HasSubstr("email_actions"));

  google->post("/sim/revoke?account=john@home.example");
  const auto answer = use("emma", session, "email_actions", R"("action":"search","args":{})");

  EXPECT_THAT(answer, HasSubstr("AUTH"));
  EXPECT_THAT(answer, HasSubstr("no longer connected"));
  EXPECT_TRUE(eventually(
      [&] {
        return use("emma", session, "email_actions", R"("action":"search","args":{})")
                   .find("NOT_LOADED") != std::string::npos;
      },
      10s));
}

}  // namespace
}  // namespace callosum::testing
