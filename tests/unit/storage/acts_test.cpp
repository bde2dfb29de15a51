#include "storage/acts.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <utility>
#include <vector>

#include "base/short_key.hpp"
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

  std::vector<std::pair<std::int64_t, std::int64_t>> acts;
  const auto read =
      each_act(*connection, 2, [&](auto session, auto act) { acts.emplace_back(session, act); });

  ASSERT_TRUE(read);
  EXPECT_TRUE(*read);
  EXPECT_FALSE(*each_act(*connection, 1, [](auto, auto) {}));
  EXPECT_THAT(acts, ::testing::ElementsAre(
                        std::pair(short_key("tenant", "sess_1"), short_key_of_act("haircut"))));
}

}  // namespace
}  // namespace callosum::storage
