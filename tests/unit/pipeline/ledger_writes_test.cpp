// Writes through the executor with a real ledger under it: once, whatever is asked again.
#include <boost/asio/steady_timer.hpp>
#include <gmock/gmock.h>
#include <set>

#include "async/with_deadline.hpp"
#include "pipeline/audit_store.hpp"
#include "pipeline/executor.hpp"
#include "pipeline/recover.hpp"
#include "policy/duplicate.hpp"
#include "policy/same_act.hpp"
#include "real_world.hpp"
#include "storage/database.hpp"
#include "tool_world.hpp"

namespace callosum::pipeline {
namespace {

using namespace std::chrono_literals;
using storage::sqlite::Connection;
using ::testing::HasSubstr;
using testing::make_tool;

constexpr const char* kTenant = "aaaaaaaa-0000-4000-8000-000000000001";

/// A backend that counts what reaches it.
struct Backend {
  int effects = 0;
  std::optional<Error> error;
  std::string says;  ///< beside the count
  bool throws = false;
  std::string key;
  std::function<void()> on_effect;       ///< within the transaction: on the database's thread
  std::chrono::milliseconds lingers{0};  ///< after the effect
  bool honours_key = false;
};

/// Beside the ledger (like http), or within its transaction (like sql).
class CountingHandler final : public tool::ToolHandler {
 public:
  CountingHandler(Backend& backend, storage::Database* within)
      : backend_(backend), within_(within) {}

  boost::asio::awaitable<Result<tool::ToolOutput>> run(const tool::Invocation& invocation,
                                                       async::Deadline deadline) override {
    backend_.key = invocation.idempotency_key;
    if (backend_.throws) throw std::runtime_error("a bug");
    if (!within_) {
      if (!backend_.error || backend_.error->type != ErrorType::transient) ++backend_.effects;
      if (backend_.on_effect) backend_.on_effect();
      if (backend_.error) co_return *backend_.error;
      json::object data{{"n", backend_.effects}};
      if (!backend_.says.empty()) data["says"] = backend_.says;
      co_return tool::ToolOutput{std::move(data), {}};
    }
    std::function<Result<json::value>(Connection&)> work =
        [this, recorder = invocation.recorder](Connection& c) -> Result<json::value> {
      const auto begun = recorder->begin(c);
      if (!begun) return begun.error();
      ++backend_.effects;
      const json::value data = json::object{{"n", backend_.effects}};
      const auto ended = recorder->end(c, data);
      if (!ended) return ended.error();
      return data;
    };
    auto pending = within_->write<json::value>(deadline, std::move(work));
    auto data = co_await std::move(pending);
    if (backend_.lingers.count() > 0) {
      const auto until = async::Deadline::after(deadline.time(), backend_.lingers);
      co_await async::sleep_until(until);
    }
    if (!data) co_return data.error();
    co_return tool::ToolOutput{std::move(*data), {}};
  }
  bool records_within() const override { return within_ != nullptr; }
  bool honours_key() const override { return backend_.honours_key; }

 private:
  Backend& backend_;
  storage::Database* within_;
};

class CountingKind final : public tool::ToolKind {
 public:
  CountingKind(Backend& backend, storage::Database* within) : backend_(backend), within_(within) {}
  std::string_view name() const override { return "scripted"; }
  Result<std::unique_ptr<tool::ToolHandler>> make(const registry::ToolSpec&,
                                                  const registry::Pack&) override {
    return std::unique_ptr<tool::ToolHandler>(std::make_unique<CountingHandler>(backend_, within_));
  }

 private:
  Backend& backend_;
  storage::Database* within_;
};

class LedgerWrites : public ::testing::TestWithParam<bool> {
 protected:
  LedgerWrites() {
    auto opened = storage::Database::open({.path = file(), .readers = 1});
    EXPECT_TRUE(opened);
    database = std::move(*opened);
    audit = std::move(*AuditStore::open(file(), log));
    ledger = std::make_unique<Ledger>(*database, world.time());
    same_act = std::make_unique<policy::SameActGate>(*ledger);
    executor = std::make_unique<Executor>(
        world.context().get_executor(),
        ExecutorParts{
            world.time(), {&duplicate, same_act.get(), &behind}, *audit, {}, ledger.get()});
    auto tool = make_tool("book");
    tool.access = registry::Access::write;
    tool.idempotency_key = {"slot"};
    tool.on_interrupt = registry::OnInterrupt::abort;
    CountingKind kind(backend, GetParam() ? database.get() : nullptr);
    registry::Pack pack;
    pack.name = "test";
    auto snapshot = std::make_shared<registry::Snapshot>(
        std::vector<registry::Pack>{pack}, std::vector<registry::ToolSpec>{tool}, "1.0.test0000");
    std::vector<registry::LoadProblem> problems;
    catalog = Catalog::make(snapshot, {&kind}, problems);
  }

  std::filesystem::path file() const { return folder.path() / "gateway.db"; }
  /// As another session object would ask, which remembers nothing.
  registry::Envelope ask(const std::string& id, const std::string& arguments = R"({"slot":1})",
                         const std::string& session = "sess_1") {
    return world.run(executor->run(request(id, arguments, session)));
  }
  CallRequest request(const std::string& id, const std::string& arguments = R"({"slot":1})",
                      const std::string& session = "sess_1") {
    auto context = std::make_shared<registry::CallContext>();
    context->tenant_id = kTenant;
    context->session_id = session;
    context->provider = "test";
    context->snapshot = catalog->snapshot();
    return {{id, "book", arguments}, context, std::make_shared<policy::SessionCalls>(), catalog};
  }
  /// The caller interrupts `after` the call is made; the answer in the end.
  registry::Envelope ask_and_interrupt(std::chrono::milliseconds after,
                                       const std::function<void()>& then = {}) {
    Executor::Answer answer;
    const auto ticket = executor->submit(request("call_number_1"),
                                         [&](const Executor::Answer& given) { answer = given; });
    boost::asio::steady_timer timer(world.context(), after);
    timer.async_wait([&](const boost::system::error_code&) {
      executor->interrupt(ticket);
      if (then) boost::asio::post(world.context(), then);
    });
    const auto give_up = std::chrono::steady_clock::now() + 10s;
    world.context().restart();
    while (!answer && std::chrono::steady_clock::now() < give_up) {
      world.context().run_one_for(100ms);
      if (world.context().stopped()) world.context().restart();
    }
    return answer ? *answer : registry::Envelope();
  }
  static std::string outcome_of(const registry::Envelope& envelope) {
    return envelope.error ? std::string(to_string(envelope.error->type))
                          : std::string(envelope.meta.call_id.empty() ? "none" : "ok");
  }
  json::array rows(const std::string& sql) {
    auto connection = Connection::open({.path = file()});
    return (*connection)->query(sql).value();
  }
  std::string state_of(const std::string& key) {
    const auto found = rows("SELECT state FROM tool_calls WHERE call_key = 'provider:" + key + "'");
    return found.empty() ? "" : std::string(found.front().at("state").as_string());
  }

  testing::TempFolder folder;
  testing::RealWorld world;
  telemetry::NullLog log;
  std::unique_ptr<storage::Database> database;
  std::unique_ptr<AuditStore> audit;
  std::unique_ptr<Ledger> ledger;
  policy::DuplicateGate duplicate;
  std::unique_ptr<policy::SameActGate> same_act;
  /// Counts what comes to it, as rate and budget do.
  struct CountingGate final : policy::Gate {
    std::string_view name() const override { return "counting"; }
    std::optional<policy::Verdict> judge(const policy::PreparedCall&) override {
      ++calls;
      return policy::pass();
    }
    int calls = 0;
  } behind;
  std::unique_ptr<Executor> executor;
  Backend backend;
  std::shared_ptr<const Catalog> catalog;
};

INSTANTIATE_TEST_SUITE_P(Kinds, LedgerWrites, ::testing::Bool(), [](const auto& kind) {
  return kind.param ? "WithinTheTransaction" : "BesideIt";
});

TEST_P(LedgerWrites, AreDoneOnceHoweverOftenTheSameCallIsMade) {
  const auto first = ask("call_number_1");
  const auto again = ask("call_number_1");

  EXPECT_TRUE(first.ok());
  EXPECT_EQ(backend.effects, 1);
  EXPECT_EQ(again.data, first.data);
  EXPECT_EQ(first.meta.idempotency_key, "provider:call_number_1");
  EXPECT_EQ(state_of("call_number_1"), "done");
}

TEST_P(LedgerWrites, OfTheSameActAreDoneOnceInASession) {
  const auto first = ask("call_number_1", R"({"slot":1,"note":"a"})");
  const auto same_act = ask("call_number_2", R"({"slot":1,"note":"b"})");
  ask("call_number_3", R"({"slot":2})");
  ask("call_number_1", R"({"slot":1})", "sess_2");

  EXPECT_EQ(same_act.data, first.data);
  EXPECT_EQ(backend.effects, 3);  // the act, another slot, another session
  EXPECT_EQ(behind.calls, 3);     // nothing is counted, and nobody asked, for what is done
}

TEST_P(LedgerWrites, WithTheSameIdAndOtherArgumentsAreRefused) {
  ask("call_number_1", R"({"slot":1})");
  const auto other = ask("call_number_1", R"({"slot":2})");

  ASSERT_FALSE(other.ok());
  EXPECT_EQ(other.error->type, ErrorType::conflict);
  EXPECT_EQ(backend.effects, 1);
}

TEST_P(LedgerWrites, HaveTheirRecordInTheSameMoment) {
  ask("call_number_1");

  const auto connection = Connection::open({.path = file()});
  const auto chains = storage::verify_audit(**connection);
  ASSERT_EQ(chains->size(), 1u);
  EXPECT_EQ(chains->front().records, 1);
  const auto body = rows("SELECT body FROM audit").front().at("body").as_string();
  EXPECT_THAT(std::string(body), HasSubstr(R"("outcome":"ok")"));
  EXPECT_THAT(std::string(body), HasSubstr(R"("effect":"done")"));
}

TEST_P(LedgerWrites, OfAToolWithABugAreNotCountedAsDone) {
  backend.throws = true;

  const auto envelope = ask("call_number_1");

  ASSERT_FALSE(envelope.ok());
  EXPECT_EQ(backend.effects, 0);
  EXPECT_NE(state_of("call_number_1"), "done");
}

TEST_P(LedgerWrites, CutBeforeTheyCouldBeRecordedAreNotDone) {
  auto other = std::move(*Connection::open({.path = file()}));
  ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));  // nobody else can write

  const auto envelope = ask_and_interrupt(50ms, [&] { EXPECT_TRUE(other->execute("COMMIT")); });

  EXPECT_EQ(outcome_of(envelope), "CANCELLED");
  // Within, it may be tried, and is rolled back.
  EXPECT_TRUE(GetParam() || backend.effects == 0) << backend.effects;
  EXPECT_EQ(state_of("call_number_1"), "failed");
}

TEST_P(LedgerWrites, CutOnceTheyAreDoneSaySo) {
  std::unique_ptr<Connection> other;
  if (GetParam()) {
    backend.lingers = 500ms;
  } else {
    backend.on_effect = [&] {  // its end cannot be recorded for a while
      other = std::move(*Connection::open({.path = file()}));
      ASSERT_TRUE(other->execute("BEGIN IMMEDIATE"));
    };
  }

  const auto envelope = ask_and_interrupt(100ms, [&] {
    if (!other) return;
    EXPECT_TRUE(other->execute("COMMIT"));
  });

  EXPECT_EQ(outcome_of(envelope), "ok");
  EXPECT_EQ(backend.effects, 1);
  EXPECT_EQ(state_of("call_number_1"), "done");
}

using LedgerBeside = LedgerWrites;
INSTANTIATE_TEST_SUITE_P(Kinds, LedgerBeside, ::testing::Values(false));

TEST_P(LedgerBeside, SayThatTheyDoNotKnowAndAreNotSentAgain) {
  backend.error = fail(ErrorType::timeout, "slow");

  const auto first = ask("call_number_1");
  const auto again = ask("call_number_1");
  const auto same_act = ask("call_number_2");

  for (const auto* each : {&first, &again, &same_act}) {
    ASSERT_FALSE(each->ok());
    EXPECT_EQ(each->error->type, ErrorType::outcome_unknown);
  }
  EXPECT_EQ(backend.effects, 1);
  EXPECT_EQ(state_of("call_number_1"), "unknown");
}

TEST_P(LedgerBeside, WhoseAnswerCannotBeReadAreDoneAllTheSame) {
  backend.says = std::string(20'000, 'x');
  const auto too_long = ask("call_number_1");
  backend.says.clear();
  backend.error = fail(ErrorType::invalid_output, "no JSON");
  const auto unreadable = ask("call_number_2", R"({"slot":2})");
  backend.error.reset();
  const auto same_act = ask("call_number_3", R"({"slot":2})");

  EXPECT_EQ(outcome_of(too_long), "OUTPUT_TOO_LARGE");
  for (const auto* each : {&unreadable, &same_act}) {
    EXPECT_EQ(outcome_of(*each), "INVALID_OUTPUT");
    EXPECT_THAT(each->error->message, HasSubstr("that was done"));
    EXPECT_THAT(each->error->say, HasSubstr("That was done"));
    EXPECT_TRUE(each->error_extra.contains("partial_side_effects"));
  }
  EXPECT_EQ(backend.effects, 2);
  EXPECT_EQ(state_of("call_number_1"), "done");
  EXPECT_EQ(state_of("call_number_2"), "done");
}

TEST_P(LedgerBeside, AreSentAgainUnderTheirKeyWhereTheBackendKnowsIt) {
  backend.honours_key = true;
  backend.error = fail(ErrorType::timeout, "slow");
  const auto first = ask("call_number_1");
  const auto key = backend.key;
  backend.error.reset();

  const auto again = ask("call_number_1");
  const auto third = ask("call_number_1");
  const auto other_words = ask("call_number_1", R"({"slot":1,"note":"b"})");

  EXPECT_EQ(outcome_of(first), "OUTCOME_UNKNOWN");
  EXPECT_EQ(outcome_of(again), "ok");
  EXPECT_EQ(backend.key, key);
  EXPECT_EQ(third.data, again.data);
  EXPECT_EQ(outcome_of(other_words), "CONFLICT");
  EXPECT_EQ(backend.effects, 2);  // the backend's to tell apart: it came twice under one key
  EXPECT_EQ(state_of("call_number_1"), "done");
}

TEST_P(LedgerBeside, ThatFailedMayBeTriedAgainAsTheSameAct) {
  backend.error = fail(ErrorType::transient, "not sent");
  const auto failed = ask("call_number_1");
  backend.error.reset();

  const auto second = ask("call_number_2");

  EXPECT_EQ(failed.error->type, ErrorType::transient);
  EXPECT_TRUE(second.ok());
  EXPECT_EQ(state_of("call_number_1"), "failed");
}

TEST_P(LedgerBeside, GetAKeyThatNoOtherSessionsOrTenantsCallHas) {
  std::set<std::string> keys;
  const auto send = [&](CallRequest request) {
    world.run(executor->run(std::move(request)));
    keys.insert(backend.key);
  };
  send(request("call_number_1"));
  send(request("call_number_1", R"({"slot":1})", "sess_2"));
  auto foreign = request("call_number_1");
  auto context = std::make_shared<registry::CallContext>(*foreign.context);
  context->tenant_id = "aaaaaaaa-0000-4000-8000-000000000002";
  foreign.context = context;
  send(std::move(foreign));
  send(request("short", R"({"slot":5})"));

  EXPECT_EQ(backend.effects, 4);
  EXPECT_EQ(keys.size(), 4u);
  for (const auto& key : keys) EXPECT_EQ(key.size(), 64u) << key;
}

TEST_P(LedgerBeside, LeftStartedByAProcessThatDiedAreUnknownAfterIt) {
  storage::LedgerCall call;
  call.tenant_id = kTenant;
  call.session_id = "sess_1";
  call.provider = "test";
  call.call_key = "provider:call_number_1";
  call.arguments_hash = "other";
  call.tool_id = "test.book";
  ASSERT_TRUE(world.run(ledger->start(call, false, world.in(5s))));

  const auto recovered = database->change_at_start([](Connection& connection) -> Result<void> {
    const auto count = recover_calls(connection, 1000);
    EXPECT_EQ(count.value(), 1u);
    return {};
  });

  EXPECT_TRUE(recovered);
  EXPECT_EQ(state_of("call_number_1"), "unknown");
  const auto body = rows("SELECT body FROM audit").front().at("body").as_string();
  EXPECT_THAT(std::string(body), HasSubstr("OUTCOME_UNKNOWN"));
}

}  // namespace
}  // namespace callosum::pipeline
