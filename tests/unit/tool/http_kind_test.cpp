#include "tool/http/http_kind.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http_fixture.hpp"

namespace callosum::tool::http {
namespace {

namespace asio = boost::asio;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(HttpKind, ReadsWhatAManifestMapsOutOfAnAnswer) {
  HostileServer server(answers_with(ok(R"({"data":{"items":[{"n":1},{"n":2}],"total":2}})")));
  HttpWorld world;
  world.allow(server.url());
  const auto tool = HttpWorld::make_tool(
      R"({"url":")" + server.url() +
      R"(/v1/{business_id}/{id}?q={q}","headers":{"X-Id":"<{id}>"},"result":{"first":"/data/items/0","total":"/data/total"}})");

  const auto ended = world.run(tool, 10s, {{"id", "a b"}, {"business_id", "t"}});

  EXPECT_EQ(ended.data(), R"({"first":{"n":1},"total":2})");
  const auto request = server.requests().at(0);
  EXPECT_THAT(request, HasSubstr("GET /v1/t/a%20b HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("X-Id: <a b>\r\n"));
  EXPECT_THAT(request, HasSubstr("Accept-Encoding: gzip\r\n"));
  EXPECT_THAT(request, Not(HasSubstr("Idempotency-Key")));
}

TEST(HttpKind, SendsAWriteWithItsBodyItsKeyAndItsCredential) {
  HostileServer server(answers_with("HTTP/1.1 204 No Content\r\n\r\n"));
  HttpWorld world;
  world.allow(server.url());
  world.config.secrets["crm"].value = Secret("sesame");
  const auto tool = HttpWorld::make_tool(
      R"({"method":"POST","url":")" + server.url() +
          R"(/notes","headers":{"Authorization":{"secret":"crm","prefix":"Bearer "}},"body":{"id":"{id}","q":"{q}"}})",
      registry::Access::write);

  const auto ended = world.run(tool);

  EXPECT_EQ(ended.data(), "{}");
  const auto request = server.requests().at(0);
  EXPECT_THAT(request, HasSubstr("POST /notes HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Idempotency-Key: openai:call_1\r\n"));
  EXPECT_THAT(request, HasSubstr("Authorization: Bearer sesame\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/json\r\n"));
  EXPECT_THAT(request, HasSubstr("\r\n\r\n{\"id\":\"7\"}"));
}

TEST(HttpKind, SendsAKeyThatIsNoFieldAsItsHash) {
  HostileServer server(answers_with(ok("{}")));
  HttpWorld world;
  world.allow(server.url());
  world.key = "x\r\nHost: other";

  EXPECT_TRUE(world.write(server.url()).output);

  EXPECT_THAT(server.requests().at(0), Not(HasSubstr("Host: other")));
}

TEST(HttpKind, RefusesAnArgumentThatWouldSplitTheRequest) {
  HostileServer server(answers_with(ok("{}")));
  HttpWorld world;
  world.allow(server.url());
  const auto tool =
      HttpWorld::make_tool(R"({"url":")" + server.url() + R"(/","headers":{"X":"{id}"}})");

  const auto ended = world.run(tool, 10s, {{"id", "a\r\nHost: b"}});

  EXPECT_EQ(ended.error(), ErrorType::validation);
  EXPECT_EQ(server.connections(), 0);
}

struct BadManifest {
  const char* run;
  const char* message;
  registry::Access access = registry::Access::read;
};

TEST(HttpKind, SaysOfAManifestWhatIsWrongAndWhatToDo) {
  constexpr auto kWrite = registry::Access::write;
  const BadManifest rows[] = {
      {R"({})", "run.http.url: needed"},
      {R"({"url":7})", "run.http.url: expected text"},
      {R"({"url":"https://other.example/"})",
       "run.http.url: https://other.example:443 is not among the backends that tools may call; add "
       "it to egress.allow"},
      {R"({"url":"http://127.0.0.1:1/"})", "run.http.url: http://127.0.0.1:1 is a private address"},
      {R"({"url":"https://{id}/"})", "run.http.url: scheme, host and port are fixed"},
      {R"({"url":"https://a.example/{nobody}"})", "run.http.url: {nobody} is no argument"},
      {R"({"url":"https://a.example/","method":"get"})", "run.http.method: expected GET"},
      {R"({"url":"https://a.example/"})", "run.http.method: a tool whose access is write", kWrite},
      {R"({"url":"https://a.example/","method":"DELETE"})", "run.http.method: DELETE"},
      {R"({"url":"https://a.example/","heders":{}})",
       "run.http.heders: unknown key; did you mean headers?"},
      {R"({"url":"https://a.example/","headers":{"Host":"x"}})", "run.http.headers.Host: "},
      {R"({"url":"https://a.example/","headers":{"Authorization":"Bearer abc"}})",
       "run.http.headers.Authorization: a credential is never in a manifest"},
      {R"({"url":"https://a.example/","headers":{"X":{"secret":"nope"}}})",
       "run.http.headers.X: there is no secrets.nope in the configuration; did you mean node?"},
      {R"({"url":"https://a.example/","headers":{"X":{"secrets":"node"}}})",
       "run.http.headers.X: expected {secret: NAME}"},
      {R"({"url":"https://a.example/","headers":{"a b":"x"}})", "run.http.headers.a b: "},
      {R"({"url":"https://a.example/","body":{}})", "run.http.body: GET has none"},
      {R"({"url":"https://a.example/","method":"POST","body":{"a":"{nobody}"}})",
       "run.http.body: a: {nobody} is no argument"},
      {R"({"url":"https://a.example/","result":"data"})",
       "run.http.result: expected a JSON Pointer"},
      {R"({"url":"https://a.example/","redirects":["https://other.example"]})",
       "run.http.redirects: https://other.example:443 is not among"},
      {R"({"url":"https://a.example/","method":"POST","retries":1})",
       "run.http.retries: a write is sent again only where", kWrite},
      {R"({"url":"https://a.example/","honours_key":true})", "run.http.honours_key: "},
      {R"({"url":"https://a.example/","max_bytes":1})",
       "run.http.max_bytes: expected a whole number"},
  };
  HttpWorld world;
  world.allow("https://a.example", false);
  world.allow("http://127.0.0.1:1", false);
  world.config.secrets["node"].value = Secret("x");
  for (const auto& row : rows) {
    const auto handler = world.load(HttpWorld::make_tool(row.run, row.access));

    ASSERT_FALSE(handler) << row.run;
    EXPECT_EQ(handler.error().type, ErrorType::validation);
    EXPECT_THAT(handler.error().message, HasSubstr(row.message)) << row.run;
  }
}

TEST(HttpKind, AllowsNothingWhereTheConfigurationNamesNothing) {
  HttpWorld world;

  EXPECT_FALSE(world.load(HttpWorld::make_tool(R"({"url":"https://a.example/"})")));
}

TEST(HttpKind, TriesAManifestAwayFromItsMachine) {
  const auto kind = make_http_kind({}, {.is_trial = true});
  const auto tool = HttpWorld::make_tool(
      R"({"url":"https://a.example/","headers":{"Authorization":{"secret":"there"}}})");

  EXPECT_TRUE(kind->make(tool, {}));
  EXPECT_FALSE(kind->make(HttpWorld::make_tool(R"({"url":"nonsense"})"), {}));
}

TEST(HttpKind, ReachesNoSpellingOfLoopbackThatIsNotAllowedTo) {
  HostileServer canary(answers_with(ok("{}")));
  const auto port = ":" + std::to_string(canary.port());
  for (const char* host : {"127.0.0.1",
                           "127.1",
                           "127.0.1",
                           "0x7f000001",
                           "0x7F.1",
                           "2130706433",
                           "017700000001",
                           "0177.0.0.1",
                           "0x7f.0.0.1",
                           "0",
                           "0.0.0.0",
                           "0x0",
                           "localhost",
                           "LOCALHOST",
                           "localhost.",
                           "[::1]",
                           "[::]",
                           "[::ffff:127.0.0.1]",
                           "[::ffff:7f00:1]",
                           "[0:0:0:0:0:ffff:7f00:1]",
                           "[::127.0.0.1]",
                           "[64:ff9b::7f00:1]",
                           "[2002:7f00:1::]"}) {
    HttpWorld world;
    const std::string url = std::string("http://") + host + port;
    world.allow(url, false);

    const auto ended = world.read(url + "/", kPatience);

    EXPECT_LT(ended.took, kPatience) << host;
    const bool is_refused =
        ended.error() == ErrorType::validation ||
        (ended.error() == ErrorType::permanent && ended.data().ends_with("may not be reached")) ||
        (!ended.output && ended.output.error().detail.starts_with("cannot resolve"));
    EXPECT_TRUE(is_refused) << host << ": " << to_string(ended.error()) << " " << ended.data();
  }
  EXPECT_EQ(canary.connections(), 0);
}

TEST(HttpKind, ReachesThemWhereTheAllowListSaysSo) {
  HostileServer server(answers_with(ok("1")));
  for (const char* host : {"127.1", "0x7f000001", "localhost", "[::ffff:127.0.0.1]"}) {
    HttpWorld world;
    const auto url = std::string("http://") + host + ":" + std::to_string(server.port());
    world.allow(url);

    EXPECT_EQ(world.read(url + "/").data(), "1") << host;
  }
}

std::string redirect_to(const std::string& where, const char* status = "307 Temporary Redirect") {
  return std::string("HTTP/1.1 ") + status + "\r\nLocation: " + where +
         "\r\nContent-Length: 0\r\n\r\n";
}

TEST(HttpRedirect, IsNotFollowedUnlessListed) {
  HostileServer canary(answers_with(ok("{}")));
  for (const auto& where :
       {canary.url() + "/", "//127.0.0.1:" + std::to_string(canary.port()) + "/",
        std::string("/here"), std::string("file:///etc/passwd"), std::string("http://["),
        std::string()}) {
    HostileServer server(answers_with(redirect_to(where)));
    HttpWorld world;
    world.allow(server.url());
    world.allow(canary.url());

    const auto ended = world.read(server.url() + "/", kPatience);

    EXPECT_EQ(ended.error(), ErrorType::permanent) << where;
    EXPECT_LT(ended.took, kPatience) << where;
    EXPECT_EQ(server.connections(), 1);
  }
  EXPECT_EQ(canary.connections(), 0);
}

TEST(HttpRedirect, IsJudgedAgainByTheAddressOfItsHop) {
  HostileServer canary(answers_with(ok("{}")));
  const auto inward = "http://localhost:" + std::to_string(canary.port());
  HostileServer server(answers_with(redirect_to(inward + "/")));
  HttpWorld world;
  world.allow(server.url());
  world.allow(inward, false);
  const auto tool =
      HttpWorld::make_tool(R"({"url":")" + server.url() + R"(/","redirects":[")" + inward + "\"]}");

  const auto ended = world.run(tool, kPatience);

  EXPECT_EQ(ended.error(), ErrorType::permanent);
  EXPECT_LT(ended.took, kPatience);
  EXPECT_EQ(canary.connections(), 0);
}

TEST(HttpRedirect, TakesNoCredentialToAnotherOrigin) {
  HostileServer other(answers_with(ok("\"there\"")));
  HostileServer server(answers_with(redirect_to(other.url() + "/x?y=1")));
  HttpWorld world;
  world.allow(server.url());
  world.allow(other.url());
  world.config.secrets["s"].value = Secret("sesame");
  const auto tool =
      HttpWorld::make_tool(R"({"method":"PUT","url":")" + server.url() +
                               R"(/","headers":{"Authorization":{"secret":"s"},"X":"kept"},)"
                               R"("body":{"id":"{id}"},"redirects":[")" +
                               other.url() + "\"]}",
                           registry::Access::write);

  const auto ended = world.run(tool);

  EXPECT_EQ(ended.data(), "\"there\"");
  EXPECT_THAT(server.requests().at(0), HasSubstr("Authorization: sesame\r\n"));
  const auto request = other.requests().at(0);
  EXPECT_THAT(request, HasSubstr("PUT /x?y=1 HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("X: kept\r\n"));
  EXPECT_THAT(request, HasSubstr("{\"id\":\"7\"}"));
  EXPECT_THAT(request, Not(HasSubstr("sesame")));
}

TEST(HttpRedirect, EndsInACircle) {
  HostileServer server(answers_with(redirect_to("/again", "302 Found")));
  HttpWorld world;
  world.allow(server.url());
  const auto tool = HttpWorld::make_tool(R"({"url":")" + server.url() + R"(/","redirects":[")" +
                                         server.url() + "\"]}");

  EXPECT_EQ(world.run(tool).error(), ErrorType::permanent);
  EXPECT_LE(server.connections(), 6);
}

asio::awaitable<void> echo_request(HostileServer& server, Socket& socket, std::string status) {
  auto request = co_await server.read_request(socket);
  co_await server.answer(socket, std::move(status), std::move(request),
                         "Location: http://x/?sesame\r\n");
}

TEST(HttpKind, GivesNeitherCredentialNorBodyOfTheBackendAway) {
  for (const char* status :
       {"401 No", "403 No", "404 No", "418 No", "500 No", "302 No", "200 OK"}) {
    HostileServer server([status](HostileServer& self, Socket& socket) {
      return echo_request(self, socket, status);
    });
    HttpWorld world;
    world.allow(server.url());
    world.config.secrets["s"].value = Secret("sesame");
    const auto tool = HttpWorld::make_tool(R"({"retries":0,"url":")" + server.url() +
                                           R"(/","headers":{"Authorization":{"secret":"s"}}})");

    const auto ended = world.run(tool);

    ASSERT_FALSE(ended.output) << status;
    const auto& error = ended.output.error();
    EXPECT_THAT(error.message + error.detail + error.say, Not(HasSubstr("sesame"))) << status;
  }
}

}  // namespace
}  // namespace callosum::tool::http
