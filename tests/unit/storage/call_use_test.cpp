#include "storage/call_use.hpp"

#include <gtest/gtest.h>

#include "real_world.hpp"
#include "storage/call_log.hpp"
#include "storage/database.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

using testing::TempFolder;
constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kNow = 1'000 * kMinute;
constexpr const char* kAda = "+12125550199";

class CallUseTest : public ::testing::Test {
 protected:
  CallUseTest()
      : database(std::move(*Database::open({.path = folder.path() / "d.db"}))),
        connection(std::move(*sqlite::Connection::open({.path = folder.path() / "d.db"}))) {}

  /// `ended_ms` 0: not yet, or nobody has seen it.
  void add(const std::string& tenant, const std::string& caller, std::int64_t started_ms,
           std::int64_t ended_ms) {
    PhoneCall call;
    call.record.call_sid = "CA" + std::to_string(++calls);
    call.tenant_id = tenant;
    call.caller = caller;
    call.called = "+390612345678";
    call.status = "ringing";
    call.started_at_ms = started_ms;
    ASSERT_TRUE(*add_call(*connection, call));
    call.record.ended_at_ms = ended_ms;
    ASSERT_TRUE(save_call_record(*connection, call.record));
  }
  CallUse use(const std::string& caller = kAda) {
    return count_call_use(*connection, {"t1", caller, kNow - 60 * kMinute, kNow, 30 * kMinute})
        .value();
  }

  TempFolder folder;
  std::unique_ptr<Database> database;
  std::unique_ptr<sqlite::Connection> connection;
  int calls = 0;
};

TEST_F(CallUseTest, CountsEachMinuteThatHasBegun) {
  add("t1", kAda, kNow - 10 * kMinute, kNow - 10 * kMinute + 1);
  add("t1", "", kNow - 5 * kMinute, kNow - 3 * kMinute);
  EXPECT_EQ(use().minutes, 3);
}

TEST_F(CallUseTest, CountsOfACallWhatLiesInTheWindow) {
  add("t1", kAda, kNow - 62 * kMinute, kNow - 58 * kMinute);
  EXPECT_EQ(use().minutes, 2);
  EXPECT_EQ(use().calls, 0) << "it began before";
}

TEST_F(CallUseTest, CountsACallThatGoesOnUntilNowAndALostOneUntilItMustHaveEnded) {
  add("t1", kAda, kNow - 7 * kMinute, 0);
  EXPECT_EQ(use().minutes, 7);
  add("t1", kAda, kNow - 50 * kMinute, 0);
  EXPECT_EQ(use().minutes, 7 + 30);
}

TEST_F(CallUseTest, IsOfOneBusinessAlone) {
  add("t1", kAda, kNow - 2 * kMinute, kNow - kMinute);
  add("t2", kAda, kNow - 2 * kMinute, kNow - kMinute);
  add("t1", "+12125550198", kNow - 2 * kMinute, kNow - kMinute);
  EXPECT_EQ(use().calls, 1) << "a number that somebody forges elsewhere";
  EXPECT_EQ(use().minutes, 2);
}

TEST_F(CallUseTest, DoesNotTakeThoseWhoHideTheirNumberForOne) {
  add("t1", "", kNow - 2 * kMinute, kNow - kMinute);
  EXPECT_EQ(use("").calls, 0);
}

}  // namespace
}  // namespace callosum::storage
