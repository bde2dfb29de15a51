#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http_account_fixture.hpp"

namespace callosum::tool::http {
namespace {

namespace asio = boost::asio;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

Answers only_for(std::string token) {
  return [token](const std::string& request) {
    return request.find("Authorization: Bearer " + token + "\r\n") == std::string::npos
               ? status("401 Unauthorized", R"({"error":"token-one is no good"})")
               : ok(R"({"id":"m1"})");
  };
}

constexpr auto kRead =
    R"({"account":"google","retries":0,"url":"https://gmail.googleapis.com/x/{id}"})";
constexpr auto kWrite =
    R"({"account":"google","method":"POST","url":"https://gmail.googleapis.com/x","body":{"id":"{id}"}})";

TEST(HttpAccount, CarriesTheTokenOfTheSelectedAccount) {
  HostileServer server(serve(only_for("token-one")));
  AccountWorld world;
  world.stand_in(server);

  EXPECT_EQ(world.run(AccountWorld::make_tool(kRead)).data(), R"({"id":"m1"})");
  EXPECT_EQ(world.tokens.asked, std::vector<std::string>{"tenant-a google"});
  EXPECT_TRUE(world.tokens.refused.empty());
}

TEST(HttpAccount, AsksForAnotherTokenWhereOneIsRefusedAndSendsOnceMore) {
  for (const auto& [run, access] :
       {std::pair{kRead, registry::Access::read}, {kWrite, registry::Access::write}}) {
    HostileServer server(serve(only_for("token-two")));
    AccountWorld world;
    world.stand_in(server);

    EXPECT_EQ(world.run(AccountWorld::make_tool(run, access)).data(), R"({"id":"m1"})");

    EXPECT_EQ(world.tokens.refused, std::vector<std::string>{"token-one"});
    ASSERT_EQ(server.requests().size(), 2U);
    if (access == registry::Access::write) {
      for (const auto& request : server.requests())
        EXPECT_THAT(request, HasSubstr("Idempotency-Key: openai:call_1\r\n"));
    }
  }
}

TEST(HttpAccount, SaysSoWhereTheServiceTakesNoTokenAtAll) {
  HostileServer server(serve(only_for("another")));
  AccountWorld world;
  world.stand_in(server);

  const auto ended = world.run(AccountWorld::make_tool(kWrite, registry::Access::write));

  EXPECT_EQ(ended.error(), ErrorType::auth);
  EXPECT_EQ(server.requests().size(), 2U);
  const auto& error = ended.output.error();
  EXPECT_THAT(error.message, HasSubstr("connect it again"));
  EXPECT_THAT(error.message + error.detail,
              AllOf(Not(HasSubstr("token-one")), Not(HasSubstr("token-two"))));
}

TEST(HttpAccount, SendsNothingWithoutAnAccount) {
  HostileServer server(serve(only_for("x")));
  AccountWorld world;
  world.stand_in(server);
  world.tokens.problem = fail(ErrorType::auth, "your account is no longer connected");
  EXPECT_EQ(world.run(AccountWorld::make_tool(kRead)).data(),
            "your account is no longer connected");

  AccountWorld nobody;
  nobody.options.accounts = nullptr;
  nobody.stand_in(server);
  const auto ended = nobody.run(AccountWorld::make_tool(kWrite, registry::Access::write));

  EXPECT_EQ(ended.error(), ErrorType::auth);
  EXPECT_THAT(ended.data(), HasSubstr("no account is connected"));
  EXPECT_EQ(server.connections(), 0);
}

TEST(HttpAccount, ATokenThatCouldNotBeHadInTimeMeansThatNothingWasDone) {
  AccountWorld world;
  world.tokens.problem = fail(ErrorType::timeout, "slow");

  EXPECT_EQ(world.run(AccountWorld::make_tool(kWrite, registry::Access::write)).error(),
            ErrorType::transient);
}

TEST(HttpAccount, NeverSendsATokenElsewhere) {
  HostileServer other(serve([](const std::string&) { return ok("{}"); }));
  HostileServer server(serve([](const std::string&) {
    return status("307 Temporary Redirect", "", "Location: https://other.example/y\r\n");
  }));
  AccountWorld world;
  world.stand_in(server);
  world.stand_in(other, "https://other.example");
  const auto tool = AccountWorld::make_tool(
      R"({"account":"google","url":"https://gmail.googleapis.com/x","redirects":["https://other.example"]})");

  EXPECT_EQ(world.run(tool).data(), "{}");

  ASSERT_EQ(other.requests().size(), 1U);
  EXPECT_THAT(other.requests()[0], AllOf(HasSubstr("GET /y "), Not(HasSubstr("token-one"))));
}

TEST(HttpAccount, TellsALimitFromARightThatWasNotGiven) {
  for (const auto& [reason, type] : {std::pair{"userRateLimitExceeded", ErrorType::rate_limit},
                                     {"quotaExceeded", ErrorType::rate_limit},
                                     {"insufficientPermissions", ErrorType::auth},
                                     {"forbidden", ErrorType::auth}}) {
    const auto body = std::string(R"({"error":{"errors":[{"reason":")") + reason + R"("}]}})";
    HostileServer server(
        serve([body](const std::string&) { return status("403 Forbidden", body); }));
    AccountWorld world;
    world.stand_in(server);

    EXPECT_EQ(world.run(AccountWorld::make_tool(kRead)).error(), type) << reason;
    EXPECT_TRUE(world.tokens.refused.empty());
  }
}

TEST(HttpAccount, SaysOfAManifestWhatIsWrong) {
  HttpWorld world;
  world.options.account_apis = kApis;
  world.allow("https://a.example", false);
  const auto problem = [&](const std::string& run, const std::string& account = "google") {
    auto tool = HttpWorld::make_tool(run);
    tool.account = account;
    const auto handler = world.load(tool);
    return handler ? std::string("it loads") : handler.error().message;
  };
  EXPECT_EQ(problem(kRead), "it loads") << "needs no entry in egress.allow";
  EXPECT_THAT(problem(kRead, ""),
              HasSubstr("run.http.account: expected `account: google` of the tool"));
  EXPECT_THAT(
      problem(R"({"account":"gogle","url":"https://a.example"})"),
      HasSubstr("run.http.account: there is no service gogle to connect; did you mean google?"));
  EXPECT_THAT(problem(R"({"account":"google","url":"https://a.example/"})"),
              HasSubstr("run.http.url: https://a.example:443 is not where google's accounts are"));
  EXPECT_THAT(problem(R"({"account":"google","url":"http://gmail.googleapis.com/"})"),
              HasSubstr("is not where"));
  EXPECT_THAT(
      problem(
          R"({"account":"google","url":"https://gmail.googleapis.com/","headers":{"authorization":"x"}})"),
      HasSubstr("run.http.headers.authorization: the account's own is sent"));
}

// What a tool does by an argument, and what it does for each entry of an answer.

registry::ToolSpec make_cases(const std::string& cases) {
  auto tool = HttpWorld::make_tool(R"({"by":"action","cases":)" + cases + "}");
  tool.input_schema =
      parse_strict(
          R"({"type":"object","required":["action"],"properties":{"action":{"enum":["find","change"]},"args":{"type":"object","properties":{"who":{"type":"string"}}}}})")
          .value()
          .as_object();
  tool.risk = {{{{"action", {"change"}}}, registry::Access::write, std::nullopt}};
  return tool;
}

TEST(HttpCases, DoWhatTheArgumentSays) {
  HostileServer server(serve([](const std::string& request) {
    return ok(request.starts_with("GET") ? R"({"found":["x"]})" : R"({"id":7})");
  }));
  HttpWorld world;
  world.allow(server.url());
  const auto tool =
      make_cases(R"({"find":{"url":")" + server.url() +
                 R"(/f?who={args.who}","result":"/found"},"change":{"method":"PATCH","url":")" +
                 server.url() + R"(/c","body":{"who":"{args.who}"},"result":{"n":"/id"}}})");

  EXPECT_EQ(world.run(tool, 10s, {{"action", "find"}, {"args", {{"who", "j"}}}}).data(),
            R"(["x"])");
  EXPECT_EQ(world.run(tool, 10s, {{"action", "change"}, {"args", {{"who", "j"}}}}).data(),
            R"({"n":7})");
  EXPECT_EQ(world.run(tool, 10s, {{"action", "Find"}}).data(),
            "action: expected one of change, find");

  EXPECT_THAT(server.requests()[0],
              AllOf(HasSubstr("GET /f?who=j "), Not(HasSubstr("Idempotency-Key"))));
  EXPECT_THAT(server.requests()[1], AllOf(HasSubstr("PATCH /c "), HasSubstr("Idempotency-Key")));
  EXPECT_EQ(server.connections(), 2);
}

TEST(HttpCases, SayOfAManifestWhatIsWrong) {
  HttpWorld world;
  world.allow("https://a.example", false);
  const auto problem = [&](const std::string& cases) {
    const auto handler = world.load(make_cases(cases));
    return handler ? std::string("it loads") : handler.error().message;
  };
  const std::string change = R"("change":{"method":"POST","url":"https://a.example/c"})";
  const auto find = [&](const std::string& run) {
    return problem("{" + change + R"(,"find":)" + run + "}");
  };

  EXPECT_EQ(find(R"({"url":"https://a.example/"})"), "it loads");
  EXPECT_EQ(find(R"({"url":"https://a.example/","method":"POST","only_reads":true,"body":{}})"),
            "it loads");
  EXPECT_THAT(find(R"({"url":"https://a.example/","method":"POST"})"),
              HasSubstr("run.http.cases.find.method: `risk` has no rule"));
  EXPECT_THAT(find(R"({"url":"https://a.example/","method":"PATCH","only_reads":true})"),
              HasSubstr("run.http.cases.find.only_reads: "));
  EXPECT_THAT(find(R"({"url":"https://a.example/{args.whom}"})"),
              HasSubstr("run.http.cases.find.url: {args.whom} is no argument of this tool; did you "
                        "mean args.who?"));
  EXPECT_THAT(find(R"({"url":"https://a.example/","account":"google"})"),
              HasSubstr("cases.find.account: unknown key"));
  EXPECT_THAT(problem("{" + change + "}"), HasSubstr("run.http.cases.find: needed"));
  EXPECT_THAT(
      problem("{" + change + R"(,"find":{"url":"https://a.example/"},"fund":{}})"),
      HasSubstr("run.http.cases.fund: is no value that action may have; did you mean find?"));
  EXPECT_THAT(
      problem(R"({"change":{"url":"https://a.example/"},"find":{"url":"https://a.example/"}})"),
      HasSubstr("run.http.cases.change.method: a tool whose access is write does not GET"));
  auto other = make_cases("{}");
  other.input_schema["required"] = json::array();
  EXPECT_THAT(world.load(other).error().message,
              HasSubstr("run.http.by: expected a required property"));
}

TEST(HttpEach, PutsInThePlaceOfEachEntryWhatItsOwnRequestAnswers) {
  HostileServer server(serve([](const std::string& request) {
    if (request.starts_with("GET /list "))
      return ok(R"({"all":[{"id":"a"},{"id":"b/c"},{"id":"gone"},{"id":"d"},{"id":"e"}],"n":5})");
    if (request.find("gone") != std::string::npos) return status("404 Not Found");
    const auto at = std::string("GET /one?").size();
    return ok(R"({"full":")" + request.substr(at, request.find(' ', at) - at) + "\"}");
  }));
  HttpWorld world;
  world.allow(server.url());
  const auto tool = HttpWorld::make_tool(R"({"url":")" + server.url() +
                                         R"(/list","each":{"in":"/all","most":4,"url":")" +
                                         server.url() + R"(/one?id={item.id}"}})");

  EXPECT_EQ(world.run(tool).data(),
            R"({"all":[{"full":"id=a"},{"full":"id=b%2Fc"},{"full":"id=d"}],"n":5})");
  EXPECT_EQ(server.requests().size(), 5U);
}

TEST(HttpEach, FailsAsAWholeAndDoesNothingWithoutAList) {
  HostileServer server(serve([](const std::string& request) {
    if (request.starts_with("GET /none")) return ok("{}");
    return request.starts_with("GET /list") ? ok(R"({"all":[{"id":"a"},{"id":"b"}]})")
                                            : status("403 Forbidden");
  }));
  HttpWorld world;
  world.allow(server.url());
  const auto tool_at = [&](const std::string& path) {
    return HttpWorld::make_tool(R"({"url":")" + server.url() + path +
                                R"(","each":{"in":"/all","url":")" + server.url() +
                                R"(/one/{item.id}"}})");
  };

  EXPECT_EQ(world.run(tool_at("/list")).error(), ErrorType::auth);
  EXPECT_EQ(world.run(tool_at("/none")).data(), "{}");
}

TEST(HttpEach, KeepsToTheToolsDeadline) {
  HostileServer server([](HostileServer& s, Socket& socket) -> asio::awaitable<void> {
    return answer_by(s, socket, [](const std::string& request) {
      return request.starts_with("GET /list")
                 ? ok(R"({"all":[{"id":"a"},{"id":"b"}]})")
                 : std::string("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n");
    });
  });
  HttpWorld world;
  world.allow(server.url());
  const auto tool = HttpWorld::make_tool(R"({"retries":0,"url":")" + server.url() +
                                         R"(/list","each":{"in":"/all","url":")" + server.url() +
                                         R"(/one/{item.id}"}})");

  const auto ended = world.run(tool, 300ms);

  EXPECT_FALSE(ended.output);
  EXPECT_LT(ended.took, kPatience);
}

TEST(HttpEach, SaysOfAManifestWhatIsWrong) {
  HttpWorld world;
  world.allow("https://a.example", false);
  world.allow("https://b.example", false);
  const auto problem = [&](const std::string& each) {
    const auto handler =
        world.load(HttpWorld::make_tool(R"({"url":"https://a.example/","each":)" + each + "}"));
    return handler ? std::string("it loads") : handler.error().message;
  };

  EXPECT_EQ(problem(R"({"in":"/a","url":"https://a.example/{item.id}"})"), "it loads");
  EXPECT_THAT(problem(R"({"in":"/a"})"), HasSubstr("run.http.each.url: needed"));
  EXPECT_THAT(problem(R"({"in":"a","url":"https://a.example/"})"),
              HasSubstr("run.http.each.in: expected a JSON Pointer"));
  EXPECT_THAT(problem(R"({"in":"/a","url":"https://b.example/"})"),
              HasSubstr("run.http.each.url: expected the origin"));
  EXPECT_THAT(problem(R"({"in":"/a","url":"https://a.example/","most":100})"),
              HasSubstr("run.http.each.most: expected"));
}

}  // namespace
}  // namespace callosum::tool::http
