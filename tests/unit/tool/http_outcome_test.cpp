// Changes whose answer is lost: what is said of them afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http_account_fixture.hpp"

namespace callosum::tool::http {
namespace {

using registry::Access;

constexpr auto kApi = "https://www.googleapis.com";
constexpr auto kEvent =
    R"({"id":"e1","summary":"S","start":{"dateTime":"2026-11-24T10:00:00+01:00"},"end":{"dateTime":"2026-11-24T10:45:00+01:00"}})";

/// A calendar that does what it is first asked to change, answers `lost` (empty: not at all), and
/// `later` to whatever it is asked to change again.
Answers loses(std::string lost, std::string later) {
  const auto changes = std::make_shared<std::atomic<int>>(0);
  return [lost, later, changes](const std::string& request) {
    if (request.find("maxResults=1") != std::string::npos)
      return ok(R"({"timeZone":"Europe/Amsterdam"})");
    if (request.starts_with("GET ")) return ok(kEvent);
    return (*changes)++ == 0 ? lost : later;
  };
}

Ended run_function(HostileServer& server, const std::string& name, json::object arguments) {
  AccountWorld world;
  world.stand_in(server, kApi);
  const auto tool = AccountWorld::make_tool(
      R"({"account":"google","function":")" + name + R"(","url":")" + kApi + "\"}", Access::write);
  return world.run(tool, 10s, std::move(arguments));
}

const json::object kNew{{"title", "S"}, {"start", "2026-11-24T10:00"}};
const json::object kOld{{"id", "e1"}};
const json::object kMoved{{"id", "e1"}, {"start", "2026-11-25T10:00"}};

const std::string kLostAnswers[] = {"", status("502 Bad Gateway"), status("504 Late")};

TEST(HttpOutcome, AnEventThatTheFirstTryMadeIsMade) {
  for (const auto& lost : kLostAnswers) {
    HostileServer server(serve(loses(lost, status("409 Conflict"))));

    const auto made = run_function(server, "calendar.create", kNew);

    EXPECT_THAT(made.data(), ::testing::HasSubstr(R"("id":"e1")")) << lost;
  }
}

TEST(HttpOutcome, AnEventThatTheFirstTryCancelledIsCancelled) {
  for (const auto& lost : kLostAnswers) {
    for (const char* gone : {"410 Gone", "404 Not Found"}) {
      HostileServer server(serve(loses(lost, status(gone))));

      const auto cancelled = run_function(server, "calendar.cancel", kOld);

      EXPECT_THAT(cancelled.data(), ::testing::HasSubstr(R"("id":"e1")")) << lost << gone;
    }
  }
}

TEST(HttpOutcome, NoOtherRefusalSaysWhatBecameOfTheFirstTry) {
  struct Case {
    const char* function;
    json::object arguments;
    const char* later;
  };
  for (const auto& [function, arguments, later] :
       {Case{"calendar.create", kNew, "400 Bad"}, Case{"calendar.create", kNew, "404 Not Found"},
        Case{"calendar.cancel", kOld, "409 Conflict"}, Case{"calendar.cancel", kOld, "403 No"},
        Case{"calendar.move", kMoved, "404 Not Found"},
        Case{"calendar.move", kMoved, "409 Conflict"}}) {
    HostileServer server(serve(loses(status("502 Bad Gateway"), status(later))));

    const auto ended = run_function(server, function, arguments);

    EXPECT_EQ(ended.error(), ErrorType::outcome_unknown) << function << " " << later;
  }
}

constexpr auto kKeyed =
    R"({"account":"google","method":"POST","honours_key":true,"url":"https://gmail.googleapis.com/x"})";

Answers in_turn(std::vector<std::string> answers) {
  const auto count = std::make_shared<std::atomic<std::size_t>>(0);
  return [answers, count](const std::string&) {
    const auto number = (*count)++;
    return number < answers.size() ? answers[number] : std::string();
  };
}

TEST(HttpOutcome, ARefusedTokenForgetsNoTryThatMayHaveDoneIt) {
  const auto late = status("504 Late");
  const auto refused = status("401 Unauthorized");
  const auto run = [&](std::vector<std::string> answers, std::optional<Error> then = {}) {
    HostileServer server(serve(in_turn(std::move(answers))));
    AccountWorld world;
    world.stand_in(server);
    world.tokens.problem_after_refusal = std::move(then);
    return world.run(AccountWorld::make_tool(kKeyed, Access::write));
  };
  const auto ended = fail(ErrorType::auth, "your account is no longer connected");

  EXPECT_EQ(run({late, refused}, ended).error(), ErrorType::outcome_unknown);
  EXPECT_EQ(run({late, refused, refused}).error(), ErrorType::outcome_unknown) << "two tokens";
  EXPECT_EQ(run({late, refused, status("400 Bad")}).error(), ErrorType::outcome_unknown);
  EXPECT_EQ(run({late, refused, ok("7")}).data(), "7");
  EXPECT_EQ(run({refused}, ended).error(), ErrorType::auth) << "nothing was done";
  EXPECT_EQ(run({refused, late, refused}).error(), ErrorType::outcome_unknown);
}

}  // namespace
}  // namespace callosum::tool::http
