// docs/openapi.yaml says what the running gateway does, and all of it.
#include "openapi.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <gmock/gmock.h>
#include <set>

#include "app/gateway.hpp"
#include "base/json.hpp"
#include "served.hpp"
#include "storage/confirmations.hpp"
#include "storage/connected_accounts.hpp"
#include "storage/phone_calls.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::testing {
namespace {

using ::testing::UnorderedElementsAreArray;

std::set<std::string> routes_there_are() {
  TempFolder folder;
  app::PartsOptions options;
  options.config.listen.port = 0;
  options.config.admin_listen.port = 0;
  options.config.threads = 1;
  options.config.data = (folder.path() / "data").string();
  options.config.packs = {std::string(CALLOSUM_SOURCE_DIR) + "/packs"};
  options.config.log.level = "off";
  options.with_provider = false;
  auto gateway = app::Gateway::make(app::make_parts(std::move(options)).value(), {}).value();
  std::set<std::string> names;
  for (const auto& route : gateway->routes()) names.insert(route.method + " " + route.path);
  return names;
}

class OpenApiDocument : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    // Where it leads is not asked by these tests.
    gateway = std::make_unique<Served>(
        std::vector<std::string>{"--set", "accounts.google.client_id=client", "--set",
                                 "accounts.key_env=ACCOUNTS_KEY", "--set",
                                 "phone.public_url=https://voice.example", "--set",
                                 "phone.twilio.auth_token_env=PHONE_TOKEN", "--set",
                                 "phone.plivo.auth_token_env=PHONE_TOKEN", "--set",
                                 "phone.telnyx.public_key=" + std::string(43, 'A') + "="},
        Environment{{"ACCOUNTS_KEY", std::string(63, '0') + "1"},
                    {"GOOGLE_CLIENT_SECRET", "s"},
                    {"PHONE_TOKEN", "t"}});
    const auto made =
        gateway->ask("POST", "/api/admin/tenants", R"({"slug":"bella","timezone":"Europe/Rome"})");
    ASSERT_EQ(made.status, 201) << made.body;
  }
  static void TearDownTestSuite() { gateway.reset(); }

  static net::HttpResponse send(const OpenApi::Operation& operation, const std::string& target,
                                const std::string& body, bool has_credential) {
    net::HttpRequest request;
    request.method = operation.method;
    request.body = body;
    if (has_credential) {
      request.headers.set("Authorization",
                          "Bearer " + Served::token("bella", {"admin", "operator", "sales"}));
    }
    return fetch((operation.is_on_admin ? gateway->admin() : gateway->main()) + target, request);
  }

  /// The path and query that the document has examples of; `{id}` is of a row made for it.
  static std::string target_of(const OpenApi::Operation& operation) {
    std::string target = operation.path, query;
    for (const auto& entry : operation.parameters) {
      const auto& parameter = entry.as_object();
      const std::string name(text_at(parameter, "name"));
      auto example = std::string(text_at(parameter, "example"));
      if (name == "id") example = row_for(operation.path);
      if (name == "state" && operation.is_open) example = sign_in();
      if (name == "email" && text_at(parameter, "in") == "path") connect(example);
      if (text_at(parameter, "in") == "query" && !example.empty()) {
        query += (query.empty() ? "?" : "&") + name + "=" + example;
      } else if (const auto at = target.find("{" + name + "}"); at != std::string::npos) {
        EXPECT_FALSE(example.empty()) << operation.name() << ": no example of " << name;
        target.replace(at, name.size() + 2, example);
      }
    }
    return target + query;
  }

  static std::string row_for(const std::string& path) {
    if (path.find("/proposals/") != std::string::npos) return proposal();
    if (path.find("/confirmations/") != std::string::npos) return confirmation();
    if (path.find("/calls/") != std::string::npos) return phone_call();
    const auto* maker = find("POST " + path.substr(0, path.find("/{id}")));
    const auto made = send(*maker, target_of(*maker), example_of(*maker), true);
    const auto* row = path.find("faqs") != std::string::npos ? "/faq/id" : "/policy/id";
    return std::string(parse_strict(made.body)->at_pointer(row).as_string());
  }

  /// A question to the user of these tests: no tool of the packs asks one.
  static std::string confirmation() {
    static int made = 0;
    const auto database = gateway->data() / "callosum.db";
    auto connection = std::move(*storage::sqlite::Connection::open({.path = database}));
    const auto tenant = connection->query("SELECT id FROM tenants WHERE slug = 'bella'");
    storage::Confirmation question;
    question.id = "confirm_" + std::to_string(++made);
    question.tenant_id = tenant->at(0).at("id").as_string();
    question.session_id = question.id;
    question.subject = "test";
    question.tool = "pay";
    question.tool_id = "till.pay";
    question.arguments = "{}";
    question.created_at_ms = epoch_ms(std::chrono::system_clock::now());
    question.expires_at_ms = question.created_at_ms + 3'600'000;
    EXPECT_TRUE(storage::settle_confirmation(*connection, question));
    return question.id;
  }

  static std::string phone_call() {
    const auto database = gateway->data() / "callosum.db";
    auto connection = std::move(*storage::sqlite::Connection::open({.path = database}));
    const auto tenant = connection->query("SELECT id FROM tenants WHERE slug = 'bella'");
    storage::PhoneCall call;
    call.record.call_sid = "CA" + std::string(32, '1');
    call.tenant_id = tenant->at(0).at("id").as_string();
    call.status = "ringing";
    call.called = "+390612345678";
    EXPECT_TRUE(storage::add_call(*connection, call));
    return call.record.call_sid;
  }

  /// The state of one that has begun.
  static std::string sign_in() {
    const auto* maker = find("GET /api/accounts/{service}/start");
    const auto made = send(*maker, target_of(*maker), "", true);
    net::HttpRequest url;
    url.target = "/" + std::string(parse_strict(made.body)->at("url").as_string());
    return url.query("state");
  }

  /// An account of the user of these tests that its service has ended: nobody else is asked.
  static void connect(const std::string& email) {
    const auto database = gateway->data() / "callosum.db";
    auto connection = std::move(*storage::sqlite::Connection::open({.path = database}));
    const auto tenant = connection->query("SELECT id FROM tenants WHERE slug = 'bella'");
    storage::ConnectedAccount account;
    account.key = {std::string(tenant->at(0).at("id").as_string()), "test", "google", email};
    account.changed_at_ms = 1;
    EXPECT_TRUE(storage::save_account(*connection, account));
  }

  /// The same for all: a principal's calls without a session have a budget.
  static const std::string& proposal() {
    static const std::string id = [] {
      const auto* maker = find("POST /api/ai/realtime-tools/execute");
      const auto made = send(*maker, maker->path,
                             R"({"tenant_id":"bella","tool_name":"create_lead",)"
                             R"("tool_args":{"name":"Ada Quill"}})",
                             true);
      return std::string(parse_strict(made.body)->at_pointer("/data/data/proposal_id").as_string());
    }();
    return id;
  }

  /// Of one that is made for it.
  static std::string update_of_a_session() {
    const auto* maker = find("POST /api/realtime/session");
    const auto made =
        send(*maker, maker->path, R"({"tenant_id":"bella","pack":"assistant"})", true);
    const auto id = parse_strict(made.body)->at("session_id").as_string();
    return R"({"session_id":")" + std::string(id) + R"(","mode":"todo"})";
  }

  static const OpenApi::Operation* find(const std::string& name) {
    for (const auto& operation : document().operations()) {
      if (operation.name() == name) return &operation;
    }
    throw std::runtime_error("not documented: " + name);
  }

  static std::string example_of(const OpenApi::Operation& operation) {
    if (operation.body.empty() || operation.is_form) return {};
    return json::serialize(operation.body.at("content").at("application/json").at("example"));
  }

  static const OpenApi& document() {
    static const OpenApi read;
    return read;
  }
  static std::unique_ptr<Served> gateway;
};
std::unique_ptr<Served> OpenApiDocument::gateway;

TEST_F(OpenApiDocument, HasEveryRouteAndNoOther) {
  std::set<std::string> documented;
  for (const auto& operation : document().operations()) {
    documented.insert(operation.name());
  }

  EXPECT_THAT(documented, UnorderedElementsAreArray(routes_there_are()));
}

TEST_F(OpenApiDocument, HasExamplesThatItsOwnSchemasTake) {
  for (const auto& operation : document().operations()) {
    EXPECT_EQ(document().problem_of_example(operation), "");
  }
}

TEST_F(OpenApiDocument, SaysHowARequestWithoutACredentialIsAnswered) {
  for (const auto& operation : document().operations()) {
    if (operation.is_open || operation.is_websocket) continue;

    const auto answer = send(operation, target_of(operation), example_of(operation), false);

    EXPECT_EQ(answer.status, 401) << operation.name();
    EXPECT_EQ(document().problem_of(operation, answer), "");
  }
}

TEST_F(OpenApiDocument, SaysHowABadBodyIsAnswered) {
  for (const auto& operation : document().operations()) {
    if (operation.body.empty()) continue;

    for (const auto* body : {"{", "[]", R"({"a":1,"a":2})"}) {
      const auto answer = send(operation, target_of(operation), body, true);

      EXPECT_EQ(answer.status, 400) << operation.name() << " " << body;
      EXPECT_EQ(document().problem_of(operation, answer), "");
    }
  }
}

TEST_F(OpenApiDocument, SaysHowAGoodRequestIsAnswered) {
  for (const auto& operation : document().operations()) {
    // A form comes from the page before it, which has its own tests.
    if (operation.is_websocket || operation.is_form) continue;

    const auto body = operation.name() == "POST /api/realtime/update-tools" ? update_of_a_session()
                                                                            : example_of(operation);
    const auto answer = send(operation, target_of(operation), body, !operation.is_open);

    EXPECT_EQ(answer.status, operation.good_status()) << operation.name() << " " << answer.body;
    EXPECT_EQ(document().problem_of(operation, answer), "");
  }
}

TEST_F(OpenApiDocument, SaysHowAnotherBusinesssDoorIsAnswered) {
  for (const auto& operation : document().operations()) {
    if (operation.is_websocket) continue;
    auto target = target_of(operation);
    const auto at = target.find("bella");
    if (at == std::string::npos) continue;

    const auto answer =
        send(operation, target.replace(at, 5, "nowhere"), example_of(operation), true);

    EXPECT_EQ(answer.status, 403) << operation.name();
    EXPECT_EQ(document().problem_of(operation, answer), "");
  }
}

TEST_F(OpenApiDocument, SaysHowAWebSocketBegins) {
  const auto token = Served::token("bella", {});
  for (const auto& operation : document().operations()) {
    if (!operation.is_websocket) continue;
    if (operation.is_open) {  // what it asks for instead has tests of its own
      RawClient client(gateway->port());
      // Where a carrier signs no upgrade, the stream's first message is judged.
      const int begun = operation.path == "/telnyx/media" ? 101 : 400;
      EXPECT_EQ(client.upgrade(operation.path, {}), begun) << operation.path;
      EXPECT_TRUE(operation.documents(begun));
      continue;
    }
    const auto plain = send(operation, operation.path, "", true);

    EXPECT_EQ(plain.status, 426);
    EXPECT_EQ(document().problem_of(operation, plain), "");
    for (const auto& [fields, status] :
         {std::pair{std::vector<std::string>{}, 401},
          std::pair{std::vector<std::string>{"Authorization: Bearer " + token}, 101}}) {
      RawClient client(gateway->port());
      EXPECT_EQ(client.upgrade(operation.path, fields), status);
      EXPECT_TRUE(operation.documents(status)) << status;
    }
  }
}

}  // namespace
}  // namespace callosum::testing
