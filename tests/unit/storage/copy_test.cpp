#include "storage/sqlite/copy.hpp"

#include <gtest/gtest.h>

#include "real_world.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage::sqlite {
namespace {

TEST(CopyDatabase, HoldsWhatWasCommittedAndGoesItsOwnWay) {
  const testing::TempFolder folder;
  const auto from = folder.path() / "from.db";
  const auto to = folder.path() / "to.db";
  const auto original = Connection::open({.path = from}).value();
  // Still in the log: nothing has been checkpointed, and another row is not committed yet.
  ASSERT_TRUE(original->execute("CREATE TABLE t (x); INSERT INTO t VALUES (1)"));
  ASSERT_TRUE(original->execute("BEGIN; INSERT INTO t VALUES (2)"));

  ASSERT_TRUE(copy_database(from, to));
  const auto copy = Connection::open({.path = to}).value();
  ASSERT_TRUE(copy->execute("INSERT INTO t VALUES (3), (4)"));
  ASSERT_TRUE(original->execute("COMMIT"));

  const auto count = "SELECT count(*) AS n FROM t";
  EXPECT_EQ(copy->query(count)->at(0).at("n"), 3);
  EXPECT_EQ(original->query(count)->at(0).at("n"), 2);
}

TEST(CopyDatabase, SaysWhatItCannotRead) {
  const testing::TempFolder folder;

  const auto copied = copy_database(folder.path() / "nothing.db", folder.path() / "to.db");

  ASSERT_FALSE(copied);
  EXPECT_NE(copied.error().detail.find("nothing.db"), std::string::npos) << copied.error().detail;
}

}  // namespace
}  // namespace callosum::storage::sqlite
