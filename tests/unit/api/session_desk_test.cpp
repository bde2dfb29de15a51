#include "api/session_desk.hpp"

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <gmock/gmock.h>
#include <map>
#include <thread>

#include "async/with_deadline.hpp"
#include "real_world.hpp"
#include "registry/loaded_set.hpp"
#include "tool_world.hpp"

namespace callosum::api {
namespace {

using namespace std::chrono_literals;
using testing::make_tool;
using testing::ToolWorld;

/// A desk of one place, the tool world's own thread.
struct Desk {
  explicit Desk(std::vector<registry::ToolSpec> tools) : w(std::move(tools)) { desk.add(place); }

  static boost::asio::awaitable<Result<pipeline::CallRequest>> answer(
      Result<pipeline::CallRequest> planned) {
    co_return planned;
  }
  boost::asio::awaitable<Result<pipeline::CallRequest>> plan(std::vector<std::string> ids) {
    if (ids != std::vector<std::string>{"sess_1"}) return answer(no_such_session());
    auto context = std::make_shared<registry::CallContext>(w.context());
    context->loaded = loaded;
    if (loaded) context->epoch = loaded->epoch;
    pipeline::CallRequest planned{{}, std::move(context), nullptr, w.catalog};
    return answer(std::move(planned));
  }
  static SessionCall call(std::string tool, std::string call_id = {},
                          std::string arguments = "{}") {
    return {{"sess_1"}, "tenant-a", {std::move(call_id), std::move(tool), std::move(arguments)}};
  }
  static SessionCall in(std::uint64_t epoch, SessionCall asked) {
    asked.epoch = epoch;
    return asked;
  }
  Result<SessionDesk::Answer> run(SessionCall asked) {
    return w.world.run(desk.run({}, std::move(asked)));
  }
  /// What became of a call: the type of its error, "" for none.
  std::string outcome(SessionCall asked) {
    const auto answer = run(std::move(asked));
    if (!answer) return std::string(to_string(answer.error().type));
    return (*answer)->ok() ? "" : std::string(to_string((*answer)->error->type));
  }

  using Loaded = std::shared_ptr<const registry::LoadedSet>;

  ToolWorld w;
  Loaded loaded;  // now; null: everything
  std::map<std::uint64_t, Loaded> earlier;
  std::vector<std::string> told;
  SeededRandom random{5};
  SessionDesk::Place place{w.world.executor(), *w.executor};
  SessionDesk desk{w.world.time(),
                   random,
                   {[this](const auth::Principal&, std::vector<std::string> ids) {
                      return plan(std::move(ids));
                    },
                    [this](const std::string& session_id, const SessionDesk::Answer&) {
                      told.push_back(session_id);
                    },
                    [this](const std::string&, std::uint64_t epoch) {
                      const auto at = earlier.find(epoch);
                      return at == earlier.end() ? nullptr : at->second;
                    }}};
};

registry::ToolSpec writing(std::string name) {
  auto tool = make_tool(std::move(name));
  tool.access = registry::Access::write;
  return tool;
}

TEST(SessionDesk, RunsACallInTheSessionItNames) {
  Desk d({make_tool("stock")});

  const auto answer = d.run(Desk::call("stock"));

  ASSERT_TRUE(answer);
  EXPECT_TRUE((*answer)->ok());
  EXPECT_EQ(d.w.scripts["stock"].runs, 1);
}

TEST(SessionDesk, HasOneAnswerForNoSessionAndForOneOfAnotherTenant) {
  Desk d({make_tool("stock")});
  auto nowhere = Desk::call("stock");
  nowhere.ids = {"sess_2"};
  auto elsewhere = Desk::call("stock");
  elsewhere.tenant_id = "tenant-b";

  const auto first = d.run(std::move(nowhere));
  const auto second = d.run(std::move(elsewhere));

  ASSERT_FALSE(first);
  ASSERT_FALSE(second);
  EXPECT_EQ(first.error().type, ErrorType::session_inactive);
  EXPECT_EQ(second.error().type, ErrorType::session_inactive);
  EXPECT_EQ(first.error().message, second.error().message);
  EXPECT_EQ(d.w.scripts["stock"].runs, 0);
}

std::shared_ptr<registry::LoadedSet> set_of(std::uint64_t epoch, registry::LoadedSet::Names names) {
  auto made = std::make_shared<registry::LoadedSet>();
  made->epoch = epoch;
  made->tools = std::move(names);
  return made;
}

TEST(SessionDesk, JudgesACallByTheEpochThatItsProgramNames) {
  Desk d({make_tool("stock")});
  d.loaded = set_of(3, {});
  d.earlier[2] = set_of(2, {"stock"});

  EXPECT_EQ(d.outcome(Desk::call("stock")), "NOT_LOADED");
  EXPECT_EQ(d.outcome(Desk::in(3, Desk::call("stock"))), "NOT_LOADED");
  EXPECT_EQ(d.outcome(Desk::in(2, Desk::call("stock"))), "");
}

TEST(SessionDesk, LetsNoModelNameAnEpochByAnArgument) {
  Desk d({make_tool("stock")});
  d.loaded = set_of(3, {});
  d.earlier[2] = set_of(2, {"stock"});

  EXPECT_EQ(d.outcome(Desk::call("stock", {}, R"({"epoch":2})")), "NOT_LOADED");
  d.loaded = set_of(3, {"stock"});
  EXPECT_EQ(d.outcome(Desk::call("stock", {}, R"({"epoch":2})")), "");
  EXPECT_EQ(d.w.scripts["stock"].arguments.back(), R"({"epoch":2})");
}

TEST(SessionDesk, JudgesACallOfAnEpochThatNobodyKnowsByNoSetAtAll) {
  Desk d({make_tool("stock")});
  d.loaded = set_of(3, {"stock"});

  const auto answer = d.run(Desk::in(1, Desk::call("stock")));

  ASSERT_TRUE(answer && (*answer)->error);
  EXPECT_EQ((*answer)->error->type, ErrorType::not_loaded);
  EXPECT_EQ((*answer)->error->message,
            "the tools have changed in the meantime; make the call again");
}

TEST(SessionDesk, TakesNothingFromAnEpochThatTheSessionCouldNotHaveNow) {
  Desk d({make_tool("stock")});
  const auto now = set_of(3, {"stock"});
  const auto then = set_of(2, {"stock"});
  d.loaded = now;
  d.earlier[2] = then;
  now->account = "john@work.example";
  then->account = "john@home.example";
  EXPECT_EQ(d.outcome(Desk::in(2, Desk::call("stock"))), "NOT_LOADED");

  then->account = now->account;
  now->narrowed_to = R"({"mode":"crm","tools":["stock"]})";
  EXPECT_EQ(d.outcome(Desk::in(2, Desk::call("stock"))), "NOT_LOADED");
  then->narrowed_to = now->narrowed_to;
  EXPECT_EQ(d.outcome(Desk::in(2, Desk::call("stock"))), "");
  now->narrowed_to.clear();  // lifted since
  d.w.world.time().advance(10s);
  EXPECT_EQ(d.outcome(Desk::in(2, Desk::call("stock"))), "");
}

TEST(SessionDesk, TellsOfWhatACallAsksOfItsSession) {
  Desk d({make_tool("bye"), make_tool("stock")});
  d.w.scripts["bye"].intents = {{registry::Intent::end_voice_session, ""}};

  d.outcome(Desk::call("stock"));
  d.outcome(Desk::call("bye"));

  EXPECT_EQ(d.told, (std::vector<std::string>{d.w.context().session_id}));
}

TEST(SessionDesk, TakesTwoWritesWithoutAnIdForOneButEveryReadingForItself) {
  Desk d({writing("order"), make_tool("stock")});
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(d.outcome(Desk::call("order")), "");
    EXPECT_EQ(d.outcome(Desk::call("stock")), "");
  }

  EXPECT_EQ(d.w.scripts["order"].runs, 1);
  EXPECT_EQ(d.w.scripts["stock"].runs, 2);
}

TEST(SessionDesk, KnowsACallByItsIdHoweverLateItComesAgain) {
  Desk d({writing("order")});
  d.run(Desk::call("order", "call_of_a_browser"));
  d.w.world.time().advance(60s);

  EXPECT_EQ(d.outcome(Desk::call("order", "call_of_a_browser")), "");
  EXPECT_EQ(d.outcome(Desk::call("order", "call_of_a_browser", R"({"n":2})")), "CONFLICT");

  EXPECT_EQ(d.w.scripts["order"].runs, 1);
}

TEST(SessionDesk, BreaksALoopButNotForever) {
  Desk d({make_tool("stock")});
  std::vector<std::string> outcomes;
  for (int i = 0; i < 3; ++i) outcomes.push_back(d.outcome(Desk::call("stock")));
  d.w.world.time().advance(10s);

  EXPECT_THAT(outcomes, ::testing::ElementsAre("", "", "BUDGET_EXCEEDED"));
  EXPECT_EQ(d.outcome(Desk::call("stock")), "");
}

TEST(SessionDesk, KeepsWhatHasComeUpForTheLengthOfTheSession) {
  auto list = make_tool("list");
  auto get = make_tool("get");
  get.provenance_seen = {"id"};
  Desk d({list, get});
  d.w.scripts["list"].data = boost::json::object{{"id", "LD-4101"}};
  EXPECT_EQ(d.outcome(Desk::call("get", {}, R"({"id":"LD-4101"})")), "VALIDATION");
  d.run(Desk::call("list"));
  d.w.world.time().advance(60s);

  EXPECT_EQ(d.outcome(Desk::call("get", {}, R"({"id":"LD-4101"})")), "");
}

TEST(SessionDesk, AsksForAClickInTheWindowInWhichTheModelGotStrangersTextAndInTheNext) {
  auto read = make_tool("read_mail");
  read.untrusted = true;
  Desk d({read, writing("draft")});
  int drafts = 0;
  const auto draft = [&] {
    return d.outcome(Desk::call("draft", {}, R"({"n":)" + std::to_string(++drafts) + "}"));
  };
  d.w.scripts["read_mail"].takes = 1500ms;  // from the last second of a window into the next
  const auto now_ms = epoch_ms(d.w.world.time().wall_now());
  d.w.world.time().advance(std::chrono::milliseconds(19'000 - now_ms % CallWindows::kWindowMs));
  EXPECT_EQ(draft(), "");

  EXPECT_EQ(d.outcome(Desk::call("read_mail")), "");

  EXPECT_EQ(draft(), "CONFIRMATION_REQUIRED");
  d.w.world.time().advance(10s);
  EXPECT_EQ(draft(), "CONFIRMATION_REQUIRED");
  d.w.world.time().advance(10s);
  EXPECT_EQ(draft(), "");
}

TEST(SessionDesk, CutsAReadingThatNobodyWaitsForAnyMoreAndLetsAWriteEnd) {
  auto slow = make_tool("slow");
  auto order = writing("order");
  order.on_interrupt = registry::OnInterrupt::commit;
  Desk d({slow, order});
  for (const auto* tool : {"slow", "order"}) {
    d.w.scripts[tool].takes = 1s;
    const auto soon = d.w.world.in(100ms);
    try {
      auto running = d.desk.run({}, Desk::call(tool));
      d.w.world.run(async::with_deadline(soon, std::move(running)));
    } catch (const std::exception& given_up) {
    }
  }
  d.w.world.run(async::sleep_until(d.w.world.in(5s)));

  EXPECT_EQ(d.w.scripts["slow"].finished, 0);
  EXPECT_EQ(d.w.scripts["order"].finished, 1);
}

TEST(SessionDesk, AnswersInTimeWhereTheSessionsThreadHasEnded) {
  Desk d({make_tool("stock")});
  boost::asio::io_context gone;
  SessionDesk::Place place{gone.get_executor(), *d.w.executor};
  const SessionDesk::PlanCall plan = [&d](const auth::Principal&, std::vector<std::string> ids) {
    return d.plan(std::move(ids));
  };
  SessionDesk desk(d.w.world.time(), d.random, {plan, {}, {}});
  desk.add(place);

  const auto answer = d.w.world.run(desk.run({}, Desk::call("stock")));

  ASSERT_TRUE(answer);
  ASSERT_TRUE((*answer)->error);
  EXPECT_EQ((*answer)->error->type, ErrorType::timeout);
}

TEST(SessionDesk, RunsTheCallsOfOneSessionOnOneThreadWhoeverTookThem) {
  std::map<std::string, testing::ToolScript> scripts;
  testing::RealWorld world;
  testing::ScriptedKind kind(scripts, world.time());
  auto snapshot = std::make_shared<registry::Snapshot>(
      std::vector<registry::Pack>{{.name = "test"}},
      std::vector<registry::ToolSpec>{make_tool("stock")}, "1.0.test0000");
  std::vector<registry::LoadProblem> problems;
  const auto catalog = pipeline::Catalog::make(snapshot, {&kind}, problems);
  boost::asio::io_context home{1};
  testing::MemoryAudit audit;
  pipeline::Executor executor(home.get_executor(), {world.time(), {}, audit});
  SessionDesk::Place place{home.get_executor(), executor};
  SystemRandom random;
  const SessionDesk::PlanCall plan = [&](const auth::Principal&, const std::vector<std::string>&) {
    auto context = std::make_shared<registry::CallContext>();
    context->session_id = "sess_1";
    context->snapshot = catalog->snapshot();
    pipeline::CallRequest planned{{}, context, nullptr, catalog};
    return Desk::answer(std::move(planned));
  };
  SessionDesk desk(world.time(), random, {plan, {}, {}});
  desk.add(place);
  auto work = boost::asio::make_work_guard(home);
  std::thread running([&home] { home.run(); });

  std::vector<std::thread> waiting;
  std::atomic<int> answered{0};
  for (int i = 0; i < 4; ++i) {
    waiting.emplace_back([&] {
      testing::RealWorld own;
      for (int call = 0; call < 50; ++call) {
        const auto answer = own.run(desk.run({}, {{"sess_1"}, "", {"", "stock", "{}"}}));
        if (answer && (*answer)->ok()) ++answered;
      }
    });
  }
  for (auto& thread : waiting) thread.join();
  work.reset();
  running.join();

  EXPECT_EQ(answered, 200);
  EXPECT_EQ(scripts["stock"].runs, 200);
}

}  // namespace
}  // namespace callosum::api
