// Who is let in, what is answered where, and what a program may throw at an open connection.
#include <csignal>

#include "api/auth/jwt.hpp"
#include "app/demo_files.hpp"
#include "base/json.hpp"
#include "base/random.hpp"
#include "raw_client.hpp"
#include "stage.hpp"

namespace callosum::testing {
namespace {

using Fields = std::vector<std::string>;

class Doors : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { gateway = std::make_unique<Gateway>(); }
  static void TearDownTestSuite() { gateway.reset(); }
  void TearDown() override { expect_well(*gateway); }

  static int knock(const Fields& fields, const std::string& target = "/v1/realtime") {
    RawClient client(gateway->port());
    return client.upgrade(target, fields);
  }
  static std::string bearer() { return "Authorization: Bearer " + gateway->token(); }
  static std::string token_for(const std::string& tenant, WallTime issued) {
    SystemRandom random;
    const auto key = app::load_or_create_demo_key(gateway->data(), random);
    const auto claims = app::demo_claims({tenant, "+12125550199", {"admin"}}, issued);
    return api::auth::mint_token(claims, *key, api::auth::JwtAlgorithm::hs256).value();
  }
  static std::string of_role(std::vector<std::string> roles) {
    SystemRandom random;
    const auto key = app::load_or_create_demo_key(gateway->data(), random);
    const auto claims = app::demo_claims({"willow-hair", "+12125550199", std::move(roles)},
                                         std::chrono::system_clock::now());
    return api::auth::mint_token(claims, *key, api::auth::JwtAlgorithm::hs256).value();
  }
  /// The same as a person who holds this credential.
  static net::HttpResponse ask_as(const std::string& credential, const std::string& method,
                                  const std::string& path) {
    net::HttpRequest request;
    request.method = method;
    if (method == "POST") request.body = "{}";
    request.headers.set("Authorization", "Bearer " + credential);
    return fetch(gateway->http(path), request);
  }
  static net::HttpResponse ask(const std::string& method, const std::string& path,
                               const std::string& body = {}, bool with_token = false) {
    net::HttpRequest request;
    request.method = method;
    request.body = body;
    if (with_token) request.headers.set("Authorization", "Bearer " + gateway->token());
    return fetch(gateway->http(path), request);
  }
  static std::unique_ptr<RawClient> connected() {
    auto client = std::make_unique<RawClient>(gateway->port());
    EXPECT_EQ(client->upgrade("/v1/realtime", {bearer()}), 101);
    return client;
  }

  static std::unique_ptr<Gateway> gateway;
};
std::unique_ptr<Gateway> Doors::gateway;

TEST_F(Doors, OpenOnlyForAValidToken) {
  const auto now = std::chrono::system_clock::now();
  const std::string willow = "5b0c1d2e-0001-4a00-9000-000000000001";

  EXPECT_EQ(knock({}), 401);
  EXPECT_EQ(knock({"Authorization: Bearer nonsense"}), 401);
  EXPECT_EQ(knock({bearer() + "x"}), 401);
  EXPECT_EQ(knock({"Authorization: Basic YTpi"}), 401);
  EXPECT_EQ(knock({bearer(), bearer()}), 401);
  EXPECT_EQ(knock({"Authorization: Bearer " + token_for(willow, now - std::chrono::hours(48))}),
            401);
  EXPECT_EQ(knock({"Authorization: Bearer " + token_for(willow, now)}), 101);
}

TEST_F(Doors, StayShutForAForeignBusiness) {
  const auto now = std::chrono::system_clock::now();

  EXPECT_EQ(knock({bearer()}, "/v1/realtime?tenant_id=cedar-dental"), 403);
  EXPECT_EQ(knock({bearer()}, "/v1/realtime?tenant_id=nobody"), 403);
  EXPECT_EQ(knock({bearer()}, "/v1/realtime?tenant_id=willow-hair"), 101);
  EXPECT_EQ(knock({"Authorization: Bearer " + token_for("nobody", now)}), 403);
}

TEST_F(Doors, StayShutForAForeignWebPage) {
  EXPECT_EQ(knock({bearer(), "Origin: https://evil.example"}), 403);
  EXPECT_EQ(knock({bearer(), "Origin: null"}), 403);
  EXPECT_EQ(knock({bearer(), "Origin: http://localhost:5173"}), 101);
}

TEST_F(Doors, TakeATokenInTheSubprotocolAsBrowsersSendIt) {
  RawClient client(gateway->port());

  const int status = client.upgrade(
      "/v1/realtime",
      {"Sec-WebSocket-Protocol: realtime, openai-insecure-api-key." + gateway->token()});

  EXPECT_EQ(status, 101);
  EXPECT_NE(client.head().find("Sec-WebSocket-Protocol: realtime"), std::string::npos);
  EXPECT_EQ(client.head().find(gateway->token()), std::string::npos);
  EXPECT_TRUE(client.find_frame(1, "session.created"));
}

TEST_F(Doors, TakeAShortLivedSecretThatWasMintedHere) {
  const auto refused = ask("POST", "/v1/realtime/client_secrets", "{}");
  const auto minted =
      ask("POST", "/v1/realtime/client_secrets", R"({"session":{"type":"realtime"}})", true);

  EXPECT_EQ(refused.status, 401);
  ASSERT_EQ(minted.status, 200) << minted.body;
  const auto body = parse_strict(minted.body).value().as_object();
  const std::string secret(text_at(body, "value"));
  EXPECT_EQ(knock({"Authorization: Bearer " + secret}), 101);
  EXPECT_EQ(knock({"Sec-WebSocket-Protocol: realtime, openai-insecure-api-key." + secret}), 101);
  EXPECT_EQ(knock({"Authorization: Bearer " + secret + "x"}), 401);
}

TEST_F(Doors, RefuseSecretsForWhatIsNotServed) {
  EXPECT_EQ(ask("POST", "/v1/realtime/client_secrets", "[]", true).status, 400);
  EXPECT_EQ(ask("POST", "/v1/realtime/client_secrets", "{", true).status, 400);
  EXPECT_EQ(
      ask("POST", "/v1/realtime/client_secrets", R"({"session":{"type":"transcription"}})", true)
          .status,
      400);
}

TEST_F(Doors, AnswerTheProbesAndSayWhatIsNotThere) {
  EXPECT_EQ(ask("GET", "/readyz").status, 200);
  const auto metrics = ask("GET", "/metrics");
  EXPECT_EQ(metrics.status, 200);
  EXPECT_NE(metrics.body.find("# TYPE sessions gauge"), std::string::npos);
  EXPECT_EQ(ask("GET", "/nowhere").status, 404);
  const auto wrong = ask("POST", "/healthz");
  EXPECT_EQ(wrong.status, 405);
  EXPECT_EQ(wrong.headers.get("Allow"), "GET");
  const auto plain = ask("GET", "/v1/realtime");
  EXPECT_EQ(plain.status, 426);
  EXPECT_EQ(plain.headers.get("Upgrade"), "websocket");
  EXPECT_EQ(knock({bearer()}, "/nowhere"), 404);
}

TEST_F(Doors, RunATenantsToolForItsOwnPeopleOnly) {
  const auto path = "/api/admin/tools/get_working_hours";

  EXPECT_EQ(ask("POST", path, "{}").status, 401);
  EXPECT_EQ(ask("POST", path, R"({"tenant_id":"cedar-dental"})", true).status, 403);
  EXPECT_EQ(ask("POST", path, R"({"args":[]})", true).status, 400);
  EXPECT_EQ(ask("POST", path, R"({"call_id":7})", true).status, 400);
  EXPECT_EQ(ask("POST", path, R"({"call_id":")" + std::string(201, 'x') + "\"}", true).status, 400);
  const auto ok = ask("POST", path, "{}", true);
  EXPECT_EQ(ok.status, 200);
  EXPECT_NE(ok.body.find("\"ok\":true"), std::string::npos) << ok.body;
}

TEST_F(Doors, KeepTheOperatorsRoutesFromBrowsersAndFromWhoHasNoRole) {
  const auto minted = ask("POST", "/v1/realtime/client_secrets", "{}", true);
  const std::string secret(parse_strict(minted.body).value().at("value").as_string());
  const std::pair<const char*, const char*> routes[]{{"POST", "/api/admin/tools/get_working_hours"},
                                                     {"GET", "/api/admin/tenants"}};

  for (const auto& [method, path] : routes) {
    const auto by_secret = ask_as(secret, method, path);
    const auto by_guest = ask_as(of_role({}), method, path);

    EXPECT_EQ(by_secret.status, 403) << path << by_secret.body;
    EXPECT_EQ(by_guest.status, 403) << path;
    EXPECT_EQ(by_secret.body, by_guest.body);
    EXPECT_EQ(ask_as(of_role({"operator"}), method, path).status, 200) << path;
  }
}

TEST_F(Doors, AnswerGarbageWithARefusal) {
  for (const std::string& bytes :
       {std::string("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11),
        std::string("\r\n\r\n\r\n"), std::string("GET / HTTP/9.9\r\n\r\n"),
        std::string("GET /healthz HTTP/1.1\r\n\r\n"),
        std::string("POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n"
                    "Transfer-Encoding: chunked\r\n\r\n"),
        "GET /" + std::string(100000, 'a') + " HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    RawClient client(gateway->port());

    client.send(bytes + "\r\n\r\n");

    const auto answer = client.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 4") || answer.starts_with("HTTP/1.1 505"))
        << bytes.substr(0, 30) << " got " << answer;
  }
}

TEST_F(Doors, RefuseAnEventThatIsNoneAndTalkOn) {
  const auto client = connected();
  const std::string deep = R"({"type":"session.update","session":)" + std::string(200000, '[');

  for (const auto& frame :
       {client_frame(2, "binary"), client_frame(1, "not json"), client_frame(1, "[1,2]"),
        client_frame(1, R"({"type":"no.such.event"})"), client_frame(1, "{}"),
        client_frame(1, deep)}) {
    client->send(frame);
    EXPECT_TRUE(client->find_frame(1, "error")) << frame.substr(0, 40);
  }

  client->send(client_frame(1, R"({"type":"session.update","session":{"type":"realtime"}})"));
  EXPECT_TRUE(client->find_frame(1, "session.updated"));
}

TEST_F(Doors, CloseAConnectionThatBreaksTheProtocolWithItsCode) {
  const auto code_after = [](const std::string& bytes) {
    const auto client = connected();
    client->send(bytes);
    const auto close = client->find_frame(8);
    return close ? close->close_code() : 0;
  };

  EXPECT_EQ(code_after(client_frame(1, "{}", false)), 1002);
  EXPECT_EQ(code_after(client_frame(1, "\xc3\x28")), 1007);
  EXPECT_EQ(code_after(client_frame(1, std::string(3 << 20, ' '))), 1009);
  EXPECT_EQ(code_after(client_frame(5, "what is this")), 1002);
}

TEST(Stopping, DuringACallTellsTheCallerAndEndsInOrder) {
  Gateway gateway;
  RawClient client(gateway.port());
  ASSERT_EQ(client.upgrade("/v1/realtime", {"Authorization: Bearer " + gateway.token()}), 101);
  ASSERT_TRUE(client.find_frame(1, "session.created"));

  gateway.process().send_signal(SIGTERM);

  const auto close = client.find_frame(8);
  ASSERT_TRUE(close);
  EXPECT_EQ(close->close_code(), 1001);
  client.send(client_frame(8, "\x03\xe9"));
  const auto ended = gateway.process().wait(std::chrono::seconds(12));
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->status, 0) << ended->err;
}

TEST(Stopping, DoesNotWaitForWhatIsIdleOrHalfSent) {
  Gateway gateway;
  const std::string head = "POST /api/ai/realtime-tools/execute HTTP/1.1\r\nHost: h\r\n";
  RawClient idle(gateway.port()), headless(gateway.port()), bodiless(gateway.port());
  idle.send("GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n");
  headless.send(head);
  bodiless.send(head + "Content-Length: 100\r\n\r\n{");
  ASSERT_TRUE(eventually([&] { return idle.is_read() && headless.is_read() && bodiless.is_read(); },
                         std::chrono::seconds(10)));
  const auto begin = std::chrono::steady_clock::now();

  gateway.process().send_signal(SIGTERM);
  const auto ended = gateway.process().wait(std::chrono::seconds(12));

  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->status, 0) << ended->err;
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  EXPECT_EQ(bodiless.read_to_end().find("HTTP/1.1 503"), 0u);
}

TEST(Stopping, DoesNotWaitForACallerWhoSaysNothing) {
  Gateway gateway;
  RawClient client(gateway.port());
  ASSERT_EQ(client.upgrade("/v1/realtime", {"Authorization: Bearer " + gateway.token()}), 101);

  gateway.process().send_signal(SIGTERM);

  const auto ended = gateway.process().wait(std::chrono::seconds(12));
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->status, 0) << ended->err;
}

}  // namespace
}  // namespace callosum::testing
