// Accounts at another service, through the real programs: a browser's way through the sign-in, and
// where the tokens must not be afterwards.
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>

#include "base/json.hpp"
#include "google_sim.hpp"
#include "served.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Accounts : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const char* slug : {"bella", "rival"}) {
      const auto made =
          gateway.ask("POST", "/api/admin/tenants",
                      R"({"slug":")" + std::string(slug) + R"(","timezone":"Europe/Rome"})");
      ASSERT_EQ(made.status, 201) << made.body;
    }
  }
  void TearDown() override {
    // Whatever was answered, logged or kept: no token in it, and no secret.
    everything += gateway.process().errors() + gateway.audit();
    for (const auto& file : std::filesystem::recursive_directory_iterator(gateway.data())) {
      if (file.is_regular_file()) everything += gateway.read(file.path());
    }
    for (const std::string& text : {std::string("ya29.sim-"), std::string("1//0sim-"),
                                    std::string("4/0sim"), GoogleSim::secret(), GoogleSim::key()}) {
      EXPECT_EQ(everything.find(text), std::string::npos) << text;
    }
    EXPECT_GT(everything.size(), 10'000u);
  }
  net::HttpResponse ask(const std::string& method, const std::string& path,
                        const std::string& token, const std::string& body = {}) {
    net::HttpRequest request;
    request.method = method;
    request.body = body;
    if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
    auto answer = fetch(gateway.main() + path, request);
    // Of the sign-in's own pages the code is a part: it came from there, and is used up.
    const bool is_question = answer.body.find("name=\"code\"") != std::string::npos;
    if (!is_question) everything += answer.body;
    for (const auto& [name, value] : answer.headers.all()) everything += value;
    return answer;
  }
  std::string start(const std::string& token = ada(), const std::string& query = "") {
    const auto answer = ask("GET", "/api/accounts/google/start" + query, token);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return std::string(parse_strict(answer.body)->at("url").as_string());
  }
  /// What the browser gets where Google has sent it.
  net::HttpResponse come_back(const std::string& location) {
    EXPECT_EQ(location.substr(0, gateway.main().size()), gateway.main());
    return ask("GET", location.substr(gateway.main().size()), "");
  }
  /// Presses the button of that page.
  net::HttpResponse press(const net::HttpResponse& page) {
    return ask("POST", "/api/accounts/google/callback", "", form_of(page));
  }
  net::HttpResponse connect(const std::string& account = "john@work.example",
                            const std::string& token = ada()) {
    return press(come_back(google.allow(start(token), account)));
  }
  json::array listed(const std::string& token = ada(), const std::string& query = "") {
    const auto answer = ask("GET", "/api/accounts" + query, token);
    EXPECT_EQ(answer.status, 200) << answer.body;
    return parse_strict(answer.body)->at("accounts").as_array();
  }
  static std::string ada() { return Served::token("bella", {}, "ada"); }

  GoogleSim google;
  Served gateway{google.options({"log.level=debug"}), GoogleSim::environment()};
  std::string everything;
};

TEST_F(Accounts, AreConnectedByTheWayThatABrowserTakes) {
  const auto url = start(ada(), "?return_to=/console&email=john@home.example");
  EXPECT_THAT(url, HasSubstr("login_hint=john%40home.example"));
  EXPECT_THAT(url, HasSubstr("code_challenge_method=S256"));
  const auto question = come_back(google.allow(url, "john@work.example"));
  EXPECT_EQ(question.status, 200);
  EXPECT_THAT(question.body, HasSubstr("<b>ada</b>"));
  EXPECT_THAT(question.body, HasSubstr("<b>bella</b>"));
  EXPECT_TRUE(listed().empty());  // nothing is exchanged before somebody agrees

  const auto page = press(question);

  EXPECT_EQ(page.status, 200) << page.body;
  EXPECT_THAT(page.body, HasSubstr("john@work.example is connected."));
  EXPECT_THAT(page.body, HasSubstr("href=\"/console\""));
  for (const auto* response : {&question, &page}) {
    const auto& headers = response->headers;
    EXPECT_THAT(std::string(headers.get("Content-Type")), HasSubstr("text/html"));
    EXPECT_THAT(std::string(headers.get("Content-Security-Policy")),
                HasSubstr("frame-ancestors 'none'"));
    EXPECT_EQ(headers.get("Referrer-Policy"), "no-referrer");
    EXPECT_EQ(headers.get("Cache-Control"), "no-store");
  }
  const auto list = listed();
  ASSERT_EQ(list.size(), 1u);
  EXPECT_EQ(list[0].at("service"), "google");
  EXPECT_EQ(list[0].at("email"), "john@work.example");
  EXPECT_EQ(list[0].at("state"), "connected");
  EXPECT_EQ(list[0].as_object().size(), 5u);
  EXPECT_EQ(google.stats().at("tokens"), 1);
}

TEST_F(Accounts, AreOfThePersonAndBusinessThatBegan) {
  connect();
  connect("john@home.example");

  EXPECT_EQ(listed().size(), 2u);
  EXPECT_TRUE(listed(Served::token("bella", {"admin", "operator"}, "eve")).empty());
  EXPECT_TRUE(listed(Served::token("rival", {}, "ada")).empty());
  EXPECT_EQ(ask("GET", "/api/accounts?tenant_id=rival", ada()).status, 403);
  EXPECT_EQ(ask("GET", "/api/accounts/google/start?tenant_id=rival", ada()).status, 403);
  EXPECT_EQ(ask("GET", "/api/accounts", "").status, 401);
  EXPECT_EQ(ask("GET", "/api/accounts/google/start", "").status, 401);
  EXPECT_EQ(
      ask("DELETE", "/api/accounts/google/john@work.example", Served::token("bella", {}, "eve"))
          .status,
      404);
  const auto secret = ask("POST", "/v1/realtime/client_secrets", ada(), "{}");
  const std::string value(parse_strict(secret.body)->at("value").as_string());
  EXPECT_EQ(ask("GET", "/api/accounts/google/start", value).status, 401);
  EXPECT_EQ(ask("GET", "/api/accounts", value).status, 401);
  EXPECT_EQ(ask("GET", "/api/accounts/yahoo/start", ada()).status, 404);
  EXPECT_EQ(listed().size(), 2u);
}

TEST_F(Accounts, AreNotConnectedByAStateThatWasUsedGuessedOrDenied) {
  const auto url = start();
  const auto back = google.allow(url, "john@work.example");
  const auto question = come_back(back);
  EXPECT_EQ(press(question).status, 200);
  const auto again = press(question);
  EXPECT_EQ(again.status, 400);
  EXPECT_THAT(again.body, HasSubstr("used already"));
  EXPECT_EQ(come_back(back).status, 400);

  const auto denied = google.allow(start(), "john@home.example", "deny");
  const auto page = come_back(denied);
  EXPECT_EQ(page.status, 400);
  EXPECT_THAT(page.body, HasSubstr("You did not allow it"));
  EXPECT_EQ(come_back(denied).status, 400);

  // The address as it would be after another sign-in, with a state of nobody's or none.
  for (const auto* query :
       {"?state=guessed&code=4/x", "?code=4/x", "", "?state=&error=access_denied",
        "?state=%3Cscript%3E&error=%3Cscript%3E"}) {
    const auto foreign = ask("GET", "/api/accounts/google/callback" + std::string(query), "");
    EXPECT_EQ(foreign.status, 400) << query;
    EXPECT_THAT(foreign.body, Not(HasSubstr("<script>")));
  }
  auto elsewhere = google.allow(start(), "john@home.example");
  const auto at = elsewhere.find("iss=");
  elsewhere.replace(at, elsewhere.find('&', at) - at, "iss=https%3A%2F%2Fevil.example");
  EXPECT_THAT(come_back(elsewhere).body, HasSubstr("came from somewhere else"));
  for (const auto* body : {"", "state=", "state=x&code=y", "%%%=&&", "code=4/x"}) {
    EXPECT_EQ(ask("POST", "/api/accounts/google/callback", "", body).status, 400) << body;
  }
  EXPECT_EQ(listed().size(), 1u);
}

TEST_F(Accounts, LeadNobodyElsewhere) {
  for (const auto* return_to : {"//evil.example", "https://evil.example/", "javascript:alert(1)",
                                "/%5Cevil.example", "console"}) {
    const auto answer =
        ask("GET", "/api/accounts/google/start?return_to=" + std::string(return_to), ada());
    EXPECT_EQ(answer.status, 400) << return_to;
    EXPECT_THAT(answer.body, HasSubstr("return_to"));
  }
  net::HttpRequest request;
  request.headers.set("Authorization", "Bearer " + ada());
  request.headers.set("Host", "evil.example");
  const auto answer = fetch(gateway.main() + "/api/accounts/google/start", request);
  if (answer.status == 200) {  // the client may insist on its own Host
    EXPECT_THAT(answer.body, Not(HasSubstr("evil.example")));
  }
}

TEST_F(Accounts, AreRevokedAtTheServiceWhenTheyAreRemoved) {
  connect();
  connect("john@home.example");
  google.post("/sim/script", "faults: [{path: /revoke, times: 1, status: 503}]");
  const auto remove = [this](const std::string& email) {
    return ask("DELETE", "/api/accounts/google/" + email, ada());
  };

  const auto failed = remove("john@work.example");
  EXPECT_EQ(failed.status, 503) << failed.body;
  EXPECT_EQ(listed().size(), 2u);
  const auto removed = remove("John@work.example");

  EXPECT_EQ(removed.status, 200) << removed.body;
  EXPECT_THAT(removed.body, HasSubstr(R"("revoked":true)"));
  EXPECT_EQ(remove("john@work.example").status, 404);
  EXPECT_EQ(google.stats().at("revocations"), 1);
  ASSERT_EQ(listed().size(), 1u);
  EXPECT_EQ(listed()[0].at("email"), "john@home.example");
  google.post("/sim/revoke?account=john@home.example");  // its owner did so at Google's own page
  EXPECT_EQ(remove("john@home.example").status, 200);
}

TEST_F(Accounts, SayThatTheServiceStillAllowsWhatCouldNotBeRevoked) {
  connect();
  const auto database =
      storage::sqlite::Connection::open({.path = gateway.data() / "callosum.db"}).value();
  ASSERT_TRUE(database->execute("UPDATE connected_accounts SET refresh_token = 'of another key'"));

  const auto removed = ask("DELETE", "/api/accounts/google/john@work.example", ada());

  EXPECT_EQ(removed.status, 200) << removed.body;
  EXPECT_THAT(removed.body, HasSubstr(R"("revoked":false)"));
  EXPECT_THAT(removed.body, HasSubstr("take this gateway's access back"));
  EXPECT_TRUE(listed().empty());
}

TEST_F(Accounts, SayWhatIsWrongWhereTheServiceDoesNotAnswer) {
  google.post("/sim/script", "faults: [{path: /token, times: 1, status: 503}]");
  const auto busy = connect();
  EXPECT_EQ(busy.status, 503);
  EXPECT_THAT(busy.body, HasSubstr("Google cannot be reached right now"));

  google.post("/sim/script",
              "faults: [{path: /token, times: 1, status: 400, reason: invalid_grant}]");
  const auto refused = connect();
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("start again"));

  google.post("/sim/script", "faults: []");
  EXPECT_EQ(connect().status, 200);
}

TEST_F(Accounts, OutliveTheProcess) {
  EXPECT_EQ(connect_account(google, gateway.main(), ada(), "john@work.example").status, 200);
  gateway.process().send_signal(SIGKILL);
  gateway.start_again();

  ASSERT_EQ(listed().size(), 1u);
  EXPECT_EQ(listed()[0].at("state"), "connected");
}

TEST(AccountsSetUp, SaysWhichKeyIsWrong) {
  const auto complaint = [](const std::vector<std::string>& sets, const Environment& variables) {
    TempFolder folder;
    std::vector<std::string> arguments{"serve",
                                       "--set",
                                       "listen=127.0.0.1:0",
                                       "--set",
                                       "admin.listen=127.0.0.1:0",
                                       "--set",
                                       "data=" + folder.path().string(),
                                       "--set",
                                       "accounts.google.client_id=client-7"};
    for (const auto& set : sets) arguments.insert(arguments.end(), {"--set", set});
    const auto ended = run_callosum(arguments, variables);
    EXPECT_EQ(ended.status, 1);
    return ended.err;
  };
  const Environment secret{{"GOOGLE_CLIENT_SECRET", "any"}};
  auto with_key = secret;
  with_key["KEY"] = "not a key of 32 bytes";

  EXPECT_THAT(complaint({}, secret), HasSubstr("accounts.key_file: needed"));
  EXPECT_THAT(complaint({"accounts.key_env=NO_SUCH"}, secret), HasSubstr("NO_SUCH"));
  EXPECT_THAT(complaint({"accounts.key_file=/nonexistent"}, secret), HasSubstr("/nonexistent"));
  EXPECT_THAT(complaint({}, {}), HasSubstr("GOOGLE_CLIENT_SECRET"));
  const auto wrong = complaint({"accounts.key_env=KEY"}, with_key);
  EXPECT_THAT(wrong, HasSubstr("accounts.key: expected a key of 32 bytes"));
  EXPECT_THAT(wrong, Not(HasSubstr("not a key")));
  EXPECT_THAT(
      complaint({"accounts.key_env=KEY", "accounts.google.token_url=http://oauth2.example/token"},
                with_key),
      HasSubstr("accounts.google.token_url: expected https"));
}

TEST(AccountsSetUp, MakesItsOwnKeyForADemo) {
  GoogleSim google;
  std::vector<std::string> options;
  for (const auto& set : {std::string("accounts.google.client_id=client-7"),
                          "accounts.google.auth_url=" + google.base() + "/o/oauth2/v2/auth"}) {
    options.insert(options.end(), {"--set", set});
  }
  Gateway gateway(options, Environment{{"GOOGLE_CLIENT_SECRET", "any"}});
  const auto file = gateway.data() / "accounts.key";

  ASSERT_TRUE(std::filesystem::exists(file));
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  net::HttpRequest request;
  request.headers.set("Authorization", "Bearer " + gateway.token());
  const auto list = fetch(gateway.http("/api/accounts"), request);
  EXPECT_THAT(list.body, HasSubstr(R"("accounts":[])"));
}

}  // namespace
}  // namespace callosum::testing
