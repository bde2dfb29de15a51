// That a conversation is never left with accounts that its user no longer has, whatever comes
// first.
#include "app/user_watch.hpp"

#include <gtest/gtest.h>
#include <thread>

#include "app/planner.hpp"
#include "async/with_deadline.hpp"
#include "base/encoding.hpp"
#include "real_world.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::app {
namespace {

using namespace std::chrono_literals;

constexpr const char* kKey = "a-key-of-the-test";
/// The accounts are a view that takes long to read, until `slow` says otherwise.
constexpr const char* kSlowRead = R"sql(
  ALTER TABLE connected_accounts RENAME TO kept_accounts;
  CREATE TABLE slow (n INTEGER);
  INSERT INTO slow VALUES (1500000);
  CREATE VIEW connected_accounts AS SELECT kept.* FROM kept_accounts kept,
    (WITH RECURSIVE c (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM c, slow WHERE i < n)
     SELECT max(i) AS most FROM c) WHERE most > 0;
)sql";
constexpr const char* kFast = "UPDATE slow SET n = 0";
constexpr const char* kForget = "UPDATE kept_accounts SET state = 'revoked'";

boost::asio::awaitable<bool> pass(async::Deadline until) {
  co_await async::sleep_until(until);
  co_return true;
}

/// For what a database does meanwhile on a thread of its own, where nobody can see how far it is.
void wait(std::chrono::nanoseconds span) {
  callosum::testing::RealWorld own;
  own.run(pass(own.in(span)));
}

/// A gateway's parts, and Ada, who has one account.
struct WatchWorld {
  WatchWorld() {
    PartsOptions options;
    auto& config = options.config;
    config.data = (folder.path() / "data").string();
    config.packs = {std::string(CALLOSUM_SOURCE_DIR) + "/packs"};
    config.log.level = "off";
    config.threads = 1;
    config.accounts.google.client_id = "client-7";
    config.accounts.key = Secret(std::string(63, '0') + "1");
    config.auth.api_keys = {
        {.hash = sha256_hex(kKey), .subject = "ada", .tenants = {"willow-hair"}}};
    options.is_demo = true;
    parts = make_parts(std::move(options)).value();
    parts->is_ready = true;
    ada.subject = "ada";
    ada.tenants = {"willow-hair"};
    tenant = world.run(Planner(*parts).find_tenant(ada, "")).value().id;
    change("INSERT INTO connected_accounts VALUES ('" + tenant +
           "', 'ada', 'google', 'john@work.example', '', '', '', 0, 0, 'connected', 1, 0, 0)");
  }
  void change(const std::string& sql) {
    std::function<Result<void>(storage::sqlite::Connection&)> work = [sql](auto& connection) {
      return connection.execute(sql);
    };
    callosum::testing::RealWorld own;
    const auto changed = own.run(parts->database->write<void>(own.in(5s), std::move(work)));
    if (!changed) ADD_FAILURE() << changed.error().message << " " << changed.error().detail;
  }
  /// The first read takes long; meanwhile the account goes.
  std::thread forget_soon() {
    return std::thread([this] {
      wait(150ms);
      change(std::string(kForget) + ";" + kFast);
      parts->user_watch->on_accounts_changed(tenant, "ada");
    });
  }
  std::string account_of(const std::string& id) { return parts->load_book->current(id)->account; }
  bool loses_its_account(const std::string& id) {
    const auto end = std::chrono::steady_clock::now() + 5s;
    while (!account_of(id).empty() && std::chrono::steady_clock::now() < end) {
      wait(10ms);
    }
    return account_of(id).empty();
  }

  callosum::testing::RealWorld world;
  callosum::testing::TempFolder folder;
  std::unique_ptr<Parts> parts;
  api::auth::Principal ada;
  std::string tenant;
};

TEST(UserWatch, TellsWhatIsOnDiskWhicheverReadEndsLast) {
  WatchWorld world;
  Planner planner(*world.parts);
  const auto id = world.world.run(planner.plan_realtime_session(world.ada, {})).value().session_id;
  ASSERT_EQ(world.account_of(id), "john@work.example");
  world.change(kSlowRead);
  const auto begun = std::chrono::steady_clock::now();
  auto reading =
      find_usable_accounts(*world.parts->database, world.tenant, "ada", world.world.in(10s));
  ASSERT_TRUE(world.world.run(std::move(reading)));
  const auto takes = std::chrono::steady_clock::now() - begun;
  ASSERT_GT(takes, 300ms) << "a slow read is not slow";

  auto changes = world.forget_soon();
  world.parts->user_watch->on_accounts_changed(world.tenant, "ada");
  changes.join();
  wait(2 * takes);  // both have ended by then

  EXPECT_EQ(world.account_of(id), "");
}

TEST(UserWatch, MissesNothingWhileAConversationIsPlanned) {
  WatchWorld world;
  world.change(kSlowRead);
  Planner planner(*world.parts);

  auto changes = world.forget_soon();
  const auto plan = world.world.run(planner.plan_realtime_session(world.ada, {}));
  changes.join();

  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->account, "john@work.example");
  EXPECT_TRUE(world.loses_its_account(plan->session_id));
}

TEST(UserWatch, MissesNoModesThatAreTakenAwayWhileAConversationIsPlanned) {
  WatchWorld world;
  world.change(kSlowRead);
  Planner planner(*world.parts);

  std::thread changes([&] {
    wait(150ms);
    world.change("INSERT INTO user_modes (tenant_id, subject, modes, changed_by) VALUES ('" +
                 world.tenant + "', 'ada', '[\"calendar\"]', 'boss');" + kFast);
    world.parts->load_book->set_modes(world.tenant, "ada", session::ToolNames{"calendar"});
  });
  const auto plan = world.world.run(planner.plan_realtime_session(world.ada, {}));
  changes.join();

  ASSERT_TRUE(plan) << plan.error().message;
  const auto end = std::chrono::steady_clock::now() + 5s;
  const auto may_read_mail = [&] {
    return !!world.parts->load_book->change(plan->session_id, {.mode = "email", .only = {}});
  };
  while (may_read_mail() && std::chrono::steady_clock::now() < end) wait(10ms);
  EXPECT_FALSE(may_read_mail());
}

TEST(UserWatch, MissesNothingWhileAConnectionIsPlanned) {
  WatchWorld world;
  world.change(kSlowRead);
  Planner planner(*world.parts);
  net::HttpRequest request;
  request.target = "/v1/realtime";
  request.headers.set("Authorization", std::string("Bearer ") + kKey);

  auto changes = world.forget_soon();
  const auto plan = world.world.run(planner.plan_session(request));
  changes.join();

  ASSERT_TRUE(plan) << plan.error().message;
  EXPECT_EQ(plan->start.context.account, "john@work.example");
  EXPECT_TRUE(world.loses_its_account(plan->start.context.session_id));
}

}  // namespace
}  // namespace callosum::app
