#include "storage/acts.hpp"

#include <gtest/gtest.h>
#include <string>
#include <vector>

#include "real_world.hpp"
#include "storage/ledger.hpp"
#include "storage/migrations.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

TEST(Acts, AreThoseOfCallsThatNameOne) {
  testing::TempFolder folder;
  auto connection = sqlite::Connection::open({.path = folder.path() / "gateway.db"}).value();
  ASSERT_TRUE(migrate(*connection, gateway_migrations()));
  LedgerCall call{"tenant", "sess_1", "openai", "provider:1", "hash", "haircut", "shop.book"};
  ASSERT_TRUE(open_call(*connection, {0, call, CallState::done, "{}"}, 1));
  call.call_key = "provider:2";
  call.act.clear();
  ASSERT_TRUE(open_call(*connection, {0, call, CallState::done, "{}"}, 1));

  std::vector<std::string> acts;
  const auto read = each_act(*connection, 1, [&](auto tenant_id, auto session_id, auto act) {
    acts.push_back(std::string(tenant_id) + " " + std::string(session_id) + " " + std::string(act));
  });

  ASSERT_TRUE(read);
  EXPECT_TRUE(*read);
  EXPECT_FALSE(*each_act(*connection, 0, [](auto, auto, auto) {}));
  EXPECT_EQ(acts, std::vector<std::string>{"tenant sess_1 haircut"});
}

}  // namespace
}  // namespace callosum::storage
