#include <fcntl.h>
#include <gtest/gtest.h>
#include <limits>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "real_world.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/query_guard.hpp"

namespace callosum::storage::sqlite {
namespace {

using testing::TempFolder;

struct File {
  TempFolder folder;
  std::filesystem::path path = folder.path() / "test.db";

  std::unique_ptr<Connection> open(OpenMode mode = OpenMode::read_write) {
    auto connection = Connection::open({.path = path, .mode = mode});
    EXPECT_TRUE(connection) << connection.error().detail;
    return std::move(*connection);
  }
};

json::value one_value(Connection& connection, std::string_view sql) {
  const auto rows = connection.query(sql);
  if (!rows) return json::value(rows.error().detail);
  return rows->front().as_object().begin()->value();
}

TEST(SqliteConnection, KeepsItsFileToItsOwner) {
  File file;

  const auto connection = file.open();

  struct stat info {};
  ASSERT_EQ(::stat(file.path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
}

TEST(SqliteConnection, WritesAheadDurablyAndDistrustsTheSchema) {
  File file;

  const auto connection = file.open();

  EXPECT_EQ(one_value(*connection, "PRAGMA journal_mode"), json::value("wal"));
  EXPECT_EQ(one_value(*connection, "PRAGMA synchronous"), json::value(2));
  EXPECT_EQ(one_value(*connection, "PRAGMA trusted_schema"), json::value(0));
  EXPECT_EQ(one_value(*connection, "PRAGMA foreign_keys"), json::value(1));
}

TEST(SqliteConnection, RefusesToWriteWhenOpenedForReading) {
  File file;
  ASSERT_TRUE(file.open()->execute("CREATE TABLE t (a)"));

  const auto written = file.open(OpenMode::read_only)->execute("INSERT INTO t VALUES (1)");

  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().type, ErrorType::permanent);
}

TEST(SqliteConnection, OpensNoFileThatIsNotThereForReading) {
  File file;

  const auto connection = Connection::open({.path = file.path, .mode = OpenMode::read_only});

  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().type, ErrorType::transient);
}

TEST(SqliteConnection, CallsAFileThatIsNoDatabasePermanentlyBroken) {
  File file;
  std::FILE* out = std::fopen(file.path.c_str(), "w");
  for (int i = 0; i < 1000; ++i) std::fputs("this is no database\n", out);
  std::fclose(out);

  const auto connection = Connection::open({.path = file.path});

  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().type, ErrorType::permanent);
}

TEST(SqliteConnection, KeepsSqlAndSqlitesWordsOutOfTheMessage) {
  File file;
  const auto connection = file.open();

  const auto failed = connection->query("SELECT secret_column FROM nowhere");

  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().message.find("nowhere"), std::string::npos);
  EXPECT_NE(failed.error().detail.find("nowhere"), std::string::npos);
}

TEST(SqliteConnection, MapsBrokenKeysToConflictAndBrokenRulesToValidation) {
  File file;
  const auto connection = file.open();
  ASSERT_TRUE(connection->execute("CREATE TABLE t (a INTEGER PRIMARY KEY, b CHECK (b > 0))"));
  ASSERT_TRUE(connection->execute("INSERT INTO t VALUES (1, 1)"));

  const auto again = connection->change("INSERT INTO t VALUES (1, 2)");
  const auto against_rule = connection->change("INSERT INTO t VALUES (2, -1)");

  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().type, ErrorType::conflict);
  ASSERT_FALSE(against_rule);
  EXPECT_EQ(against_rule.error().type, ErrorType::validation);
}

TEST(SqliteStatement, TakesExactlyOneStatementWithCommentsAround) {
  File file;
  const auto connection = file.open();

  EXPECT_TRUE(connection->prepare("-- before\nSELECT 1 -- behind\n; /* end */ ;"));
  EXPECT_EQ(connection->prepare("SELECT 1; SELECT 2").error().type, ErrorType::validation);
  EXPECT_EQ(connection->prepare("SELECT 1; DROP TABLE x").error().type, ErrorType::validation);
  EXPECT_EQ(connection->prepare("  -- nothing").error().type, ErrorType::validation);
}

TEST(SqliteStatement, BindsEveryKindOfJsonAndReadsItBack) {
  File file;
  const auto connection = file.open();

  const auto rows = connection->query(
      "SELECT :text AS text, :whole AS whole, :real AS real, :yes AS yes, :none AS none,"
      " :list AS list, :absent AS absent",
      {{"text", "h\u00e9"},
       {"whole", -7},
       {"real", 1.5},
       {"yes", true},
       {"none", nullptr},
       {"list", json::array{1, 2}}});

  ASSERT_TRUE(rows);
  const json::object expected{{"text", "h\u00e9"}, {"whole", -7},     {"real", 1.5},
                              {"yes", 1},          {"none", nullptr}, {"list", "[1,2]"},
                              {"absent", nullptr}};
  EXPECT_EQ(rows->front(), json::value(expected));
}

TEST(SqliteStatement, GivesIntegersBeyondDoublesAsText) {
  File file;
  const auto connection = file.open();

  EXPECT_EQ(one_value(*connection, "SELECT 9007199254740992"), json::value(9007199254740992));
  EXPECT_EQ(one_value(*connection, "SELECT 9007199254740993"), json::value("9007199254740993"));
  EXPECT_EQ(one_value(*connection, "SELECT -9223372036854775807"),
            json::value("-9223372036854775807"));
}

TEST(SqliteStatement, RefusesWhatJsonCannotHold) {
  File file;
  const auto connection = file.open();

  for (const char* sql : {"SELECT x'00ff'", "SELECT 9e999", "SELECT CAST(x'ff41' AS TEXT)"}) {
    const auto rows = connection->query(sql);
    ASSERT_FALSE(rows) << sql;
    EXPECT_EQ(rows.error().type, ErrorType::invalid_output) << sql;
  }
}

TEST(SqliteConnection, KeepsMoreStatementsThanItsCacheHolds) {
  File file;
  const auto connection = file.open();

  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 300; ++i) {
      EXPECT_EQ(one_value(*connection, "SELECT " + std::to_string(i)), json::value(i));
    }
  }
}

TEST(SqliteConnection, ComesBackCleanFromAnOpenTransactionAndAnUnreadStatement) {
  File file;
  const auto connection = file.open();
  ASSERT_TRUE(connection->execute("CREATE TABLE t (a); BEGIN; INSERT INTO t VALUES (1), (2)"));
  const auto statement = connection->prepare_cached("SELECT a FROM t");
  ASSERT_TRUE((*statement)->step());

  const bool is_clean = connection->tidy();

  EXPECT_TRUE(is_clean);
  EXPECT_FALSE(connection->is_in_transaction());
  EXPECT_EQ(one_value(*connection, "SELECT count(*) FROM t"), json::value(0));
}

TEST(SqliteConnection, GivesAFunctionsErrorItsOwnKind) {
  File file;
  const auto connection = file.open();
  ASSERT_TRUE(connection->add_function(
      "refuse", {.arguments = 0}, [](std::span<const json::value>) -> Result<json::value> {
        return fail(ErrorType::forbidden, "no", "the inner reason");
      }));

  const auto rows = connection->query("SELECT refuse()");

  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().type, ErrorType::forbidden);
  EXPECT_NE(rows.error().detail.find("the inner reason"), std::string::npos);
}

TEST(SqliteConnection, SurvivesAFunctionThatThrows) {
  File file;
  const auto connection = file.open();
  ASSERT_TRUE(connection->add_function("explode", {.arguments = 0},
                                       [](std::span<const json::value>) -> Result<json::value> {
                                         throw std::runtime_error("bang");
                                       }));

  const auto rows = connection->query("SELECT explode()");

  ASSERT_FALSE(rows);
  EXPECT_NE(rows.error().detail.find("bang"), std::string::npos);
}

TEST(SqliteConnection, HasNoExtensionsAndAttachesNothing) {
  File file;
  const auto connection = file.open();

  EXPECT_FALSE(connection->query("SELECT load_extension('x')"));
  EXPECT_FALSE(connection->execute("ATTACH ':memory:' AS other"));
}

TEST(QueryGuard, DoesNotReachAConnectionAfterItsQueryEnded) {
  File file;
  const auto connection = file.open();
  QueryGuard guard(SteadyTime::max());
  ASSERT_TRUE(guard.begin(connection->handle()));
  guard.end();
  const auto statement = connection->prepare("SELECT 1 UNION ALL SELECT 2");

  ASSERT_TRUE(statement);
  auto& running = const_cast<Statement&>(*statement);
  ASSERT_TRUE(running.step());
  guard.interrupt();
  const auto next = running.step();

  EXPECT_TRUE(next);
}

TEST(QueryGuard, NeverStartsAQueryThatWasCutShortInTheQueue) {
  File file;
  const auto connection = file.open();
  QueryGuard guard(SteadyTime::max());

  guard.interrupt();

  EXPECT_FALSE(guard.begin(connection->handle()));
  EXPECT_FALSE(guard.begin_commit());
  EXPECT_FALSE(guard.may_have_committed());
}

TEST(QueryGuard, LetsACommitEndOnceItHasBegun) {
  QueryGuard guard(SteadyTime::max());
  ASSERT_TRUE(guard.begin_commit());

  guard.interrupt();

  EXPECT_FALSE(guard.is_cut_short());
  EXPECT_TRUE(guard.may_have_committed());
}

/// Whether another process would find SQLite's shared lock on the file (its SHARED_FIRST and
/// SHARED_SIZE). Of the process that asks itself the kernel does not tell.
bool others_see_a_lock(const std::filesystem::path& path) {
  const pid_t child = ::fork();
  if (child == 0) {
    struct flock lock {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    lock.l_start = 0x40000002;
    lock.l_len = 510;
    const int file = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
    ::_exit(::fcntl(file, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK ? 1 : 0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 1;
}

TEST(SqliteConnection, KeepsItsLocksWhenAnotherOfTheProcessOpensTheFile) {
  // Without them a second process that closes the file last, as it believes, deletes the log of
  // this one, and what either writes from then on is not seen by the other.
  File file;
  const auto first = file.open();
  ASSERT_TRUE(first->execute("CREATE TABLE t (a)"));
  ASSERT_TRUE(others_see_a_lock(file.path));

  const auto second = file.open();

  EXPECT_TRUE(others_see_a_lock(file.path));
}

}  // namespace
}  // namespace callosum::storage::sqlite
