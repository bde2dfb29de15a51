#include "storage/rollouts.hpp"

#include <gtest/gtest.h>

#include "real_world.hpp"
#include "storage/database.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

std::string caller(int i) { return "+1212555" + std::to_string(1000 + i); }

int count_in(int percentage) {
  const Rollout rollout{.tenant_id = "t", .mode = "percentage", .percentage = percentage};
  int in = 0;
  for (int i = 0; i < 5000; ++i) in += is_rolled_out(rollout, caller(i)) ? 1 : 0;
  return in;
}

TEST(Rollout, IsForAllOrNobodyWhereItSaysSo) {
  EXPECT_TRUE(is_rolled_out({.tenant_id = "t", .mode = "on"}, ""));
  EXPECT_TRUE(is_rolled_out({.tenant_id = "t", .mode = "on", .percentage = 0}, "+1"));
  EXPECT_FALSE(is_rolled_out({.tenant_id = "t", .mode = "off"}, "+1"));
}

TEST(Rollout, IsForSoManyOfAHundredCallers) {
  EXPECT_EQ(count_in(0), 0);
  EXPECT_EQ(count_in(100), 5000);
  EXPECT_NEAR(count_in(20), 1000, 120);  // by a fixed hash: always the same number
}

TEST(Rollout, KeepsWhoIsInWhenItGrows) {
  Rollout rollout{.tenant_id = "t", .mode = "percentage", .percentage = 10};
  auto more = rollout;
  more.percentage = 30;
  for (int i = 0; i < 2000; ++i) {
    EXPECT_EQ(is_rolled_out(rollout, caller(i)), is_rolled_out(rollout, caller(i)));
    if (is_rolled_out(rollout, caller(i))) {
      EXPECT_TRUE(is_rolled_out(more, caller(i)));
    }
  }
}

TEST(Rollout, OfPartOfTheCallersIsNotForWithheldNumbers) {
  EXPECT_FALSE(is_rolled_out({.tenant_id = "t", .mode = "percentage", .percentage = 99}, ""));
  EXPECT_TRUE(is_rolled_out({.tenant_id = "t", .mode = "percentage", .percentage = 100}, ""));
}

TEST(Rollout, ChoosesOtherCallersForEveryBusiness) {
  const Rollout one{.tenant_id = "one", .mode = "percentage", .percentage = 50};
  const Rollout two{.tenant_id = "two", .mode = "percentage", .percentage = 50};
  int different = 0;
  for (int i = 0; i < 1000; ++i) {
    different += is_rolled_out(one, caller(i)) != is_rolled_out(two, caller(i)) ? 1 : 0;
  }
  EXPECT_GT(different, 300);
}

TEST(Rollout, IsKeptAndIsOnWhereNothingIs) {
  const testing::TempFolder folder;
  const auto database = Database::open({.path = folder.path() / "d.db"});
  ASSERT_TRUE(database);
  const auto opened = sqlite::Connection::open({.path = folder.path() / "d.db"});
  ASSERT_TRUE(opened);
  auto& connection = **opened;
  EXPECT_EQ(find_rollout(connection, "t")->mode, "on");
  Rollout rollout{"t", "percentage", 25, "+390612345678", "Please call again.", "ada", 5};
  ASSERT_TRUE(save_rollout(connection, rollout));
  rollout.percentage = 50;
  ASSERT_TRUE(save_rollout(connection, rollout));

  const auto found = find_rollout(connection, "t");

  ASSERT_TRUE(found);
  EXPECT_EQ(found->percentage, 50);
  EXPECT_EQ(found->forward_to, "+390612345678");
  EXPECT_EQ(found->say, "Please call again.");
  EXPECT_EQ(found->changed_by, "ada");
  EXPECT_EQ(find_rollout(connection, "other")->mode, "on");
}

}  // namespace
}  // namespace callosum::storage
