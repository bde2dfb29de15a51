#include "pipeline/audit_store.hpp"

#include <atomic>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "pipeline/executor.hpp"
#include "real_world.hpp"
#include "storage/database.hpp"
#include "tool_world.hpp"

namespace callosum::pipeline {
namespace {

using namespace std::chrono_literals;
using storage::sqlite::Connection;
using testing::make_tool;

/// Longer than any test: what is kept before is not kept because time has passed.
constexpr std::chrono::hours kNever{1};

/// Counts the groups that are written.
class CountingLog final : public telemetry::Log {
 public:
  bool is_on(telemetry::LogLevel) const noexcept override { return true; }
  void lines(std::string_view) noexcept override { ++groups; }
  std::atomic<int> groups{0};

 protected:
  void write(telemetry::LogLevel, std::string_view, telemetry::LogFields) noexcept override {}
};

class AuditStoreTest : public ::testing::Test {
 protected:
  AuditStoreTest() {
    auto opened = storage::Database::open({.path = file(), .readers = 1});
    EXPECT_TRUE(opened);
    database = std::move(*opened);
  }

  std::filesystem::path file() const { return folder.path() / "gateway.db"; }
  void open(bool is_strict, std::size_t most_bytes = AuditStore::kMostBytes) {
    store = AuditStore::open(file(), log, is_strict, nullptr, kNever, most_bytes).value();
  }
  void write(int count) {
    for (int i = 0; i < count; ++i) {
      AuditRecord record;
      record.tenant_id = i % 2 == 0 ? "tenant-a" : "tenant-b";
      record.outcome = "ok";
      store->write(record, AuditPlace::queue);
    }
  }
  bool settled() { return world.run(store->settled(world.in(20s))); }
  /// So many records are on disk; -1: nobody can tell.
  std::int64_t kept() const {
    const auto connection = Connection::open({.path = file()});
    const auto rows = (*connection)->query("SELECT coalesce(sum(records), 0) AS n FROM audit");
    return rows ? rows->front().at("n").as_int64() : -1;
  }
  /// Nothing can be written any more.
  void break_database() const {
    const auto connection = Connection::open({.path = file()});
    ASSERT_TRUE((*connection)->execute("ALTER TABLE audit RENAME TO elsewhere"));
  }

  /// A read through the executor; how many records are on disk as its answer leaves.
  std::pair<registry::Envelope, std::int64_t> read() {
    testing::ScriptedKind kind(scripts, world.time());
    const registry::Pack pack{.name = "test"};
    auto snapshot = std::make_shared<registry::Snapshot>(
        std::vector<registry::Pack>{pack}, std::vector<registry::ToolSpec>{make_tool("stock")},
        "1.0.test0000");
    std::vector<registry::LoadProblem> problems;
    const auto catalog = Catalog::make(snapshot, {&kind}, problems);
    Executor executor(world.context().get_executor(), ExecutorParts{world.time(), {}, *store});
    auto context = std::make_shared<registry::CallContext>();
    context->tenant_id = "tenant-a";
    context->snapshot = snapshot;
    std::pair<registry::Envelope, std::int64_t> out;
    executor.submit({{"call_of_a_model", "stock", "{}"},
                     context,
                     std::make_shared<policy::SessionCalls>(),
                     catalog},
                    [&](const Executor::Answer& answer) {
                      out = {*answer, kept()};
                    });
    auto whole = [](Executor& all, async::Deadline until) -> boost::asio::awaitable<bool> {
      co_await all.drain(until);
      co_return true;
    };
    world.run(whole(executor, world.in(20s)));
    return out;
  }

  testing::TempFolder folder;
  testing::RealWorld world;
  CountingLog log;
  std::unique_ptr<storage::Database> database;
  std::unique_ptr<AuditStore> store;
  std::map<std::string, testing::ToolScript> scripts;
};

TEST_F(AuditStoreTest, GathersRecordsAndWritesThemAsOneGroup) {
  open(false);

  write(200);
  const int before = log.groups;
  store.reset();

  EXPECT_EQ(before, 0);
  EXPECT_EQ(log.groups, 1);
  EXPECT_EQ(kept(), 200);
  EXPECT_LT(AuditStore::kGather, 100ms) << "with the time that the disk takes, within it";
}

TEST_F(AuditStoreTest, WritesAtOnceWhatSomebodyWaitsFor) {
  open(true);
  write(7);

  EXPECT_TRUE(settled());

  EXPECT_EQ(kept(), 7);
  write(1);
  EXPECT_TRUE(settled());
  EXPECT_EQ(kept(), 8);
}

TEST_F(AuditStoreTest, KeepsMoreThanGoesIntoOneRow) {
  open(true);
  write(10'000);  // some megabytes of two businesses

  EXPECT_TRUE(settled());
  EXPECT_EQ(kept(), 10'000);
  const auto connection = Connection::open({.path = file()});
  const auto chains = storage::verify_audit(**connection);
  ASSERT_TRUE(chains);
  for (const auto& chain : *chains) EXPECT_EQ(chain.problem, "") << chain.tenant_id;
}

TEST_F(AuditStoreTest, SaysThatARecordWasThrownAway) {
  open(true, 2'000);
  write(200);

  EXPECT_FALSE(settled());
  EXPECT_GT(kept(), 0);
  EXPECT_LT(kept(), 200);
  write(1);
  EXPECT_TRUE(settled());
}

TEST_F(AuditStoreTest, SaysThatWhatIsWaitedForCannotBeWritten) {
  open(true);
  break_database();
  write(1);

  EXPECT_FALSE(settled());
}

TEST_F(AuditStoreTest, KeepsNobodyWaitingWhereItIsNotStrict) {
  open(false);
  write(1);

  EXPECT_TRUE(settled());

  EXPECT_EQ(kept(), 0);
}

TEST_F(AuditStoreTest, WhereItIsStrictNoAnswerOfAReadLeavesBeforeItsRecordIsKept) {
  open(true);

  const auto [answer, on_disk] = read();

  EXPECT_TRUE(answer.ok());
  EXPECT_EQ(on_disk, 1);
}

TEST_F(AuditStoreTest, WhereItIsStrictAReadThatCannotBeRecordedIsNotAnswered) {
  open(true);
  break_database();

  const auto [answer, on_disk] = read();

  ASSERT_TRUE(answer.error);
  EXPECT_EQ(answer.error->type, ErrorType::transient);
  EXPECT_EQ(answer.error->message, "that cannot be recorded right now");
}

}  // namespace
}  // namespace callosum::pipeline
