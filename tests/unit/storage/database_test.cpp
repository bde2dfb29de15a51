#include "storage/database.hpp"

#include <future>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "real_world.hpp"
#include "storage/migrations.hpp"
#include "storage/tenants.hpp"

namespace callosum::storage {
namespace {

using namespace std::chrono_literals;
namespace asio = boost::asio;
using sqlite::Connection;
using testing::RealWorld;
using testing::TempFolder;

constexpr const char* kEndless =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n";

struct Store {
  TempFolder folder;
  RealWorld world;
  std::unique_ptr<Database> database = open(2);

  std::unique_ptr<Database> open(std::size_t readers) {
    auto opened = Database::open({.path = folder.path() / "gateway.db", .readers = readers});
    EXPECT_TRUE(opened) << opened.error().detail;
    return std::move(*opened);
  }
  Result<json::array> read(std::string sql, std::chrono::nanoseconds within = 10s) {
    std::function<Result<json::array>(Connection&)> query = [sql](Connection& c) {
      return c.query(sql);
    };
    return world.run(database->read<json::array>(world.in(within), std::move(query)));
  }
  Result<std::int64_t> write(std::string sql, std::chrono::nanoseconds within = 10s) {
    std::function<Result<std::int64_t>(Connection&)> query = [sql](Connection& c) {
      return c.change(sql);
    };
    return world.run(database->write<std::int64_t>(world.in(within), std::move(query)));
  }
};

TEST(Database, OpensTwiceAndMigratesOnce) {
  Store store;
  const auto before = store.read("SELECT number, applied_at FROM schema_migrations");

  store.database = store.open(2);
  const auto after = store.read("SELECT number, applied_at FROM schema_migrations");

  ASSERT_TRUE(before);
  ASSERT_TRUE(after);
  EXPECT_EQ(before->size(), gateway_migrations().size());
  EXPECT_EQ(*before, *after);
}

TEST(Database, RefusesAFileOfAnotherVersion) {
  Store store;
  ASSERT_TRUE(store.write("UPDATE schema_migrations SET sha256 = 'edited' WHERE number = 1"));

  const auto opened = Database::open({.path = store.folder.path() / "gateway.db"});

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().type, ErrorType::permanent);
}

TEST(Database, RefusesAFileNewerThanTheProgram) {
  Store store;
  ASSERT_TRUE(store.write("INSERT INTO schema_migrations VALUES (999, 'later', 'x', 'y')"));

  const auto opened = Database::open({.path = store.folder.path() / "gateway.db"});

  EXPECT_FALSE(opened);
}

TEST(Database, KeepsNothingOfAChangeAtStartThatFails) {
  Store store;

  const auto changed = store.database->change_at_start([](Connection& c) -> Result<void> {
    const auto made = c.execute("CREATE TABLE half (a)");
    if (!made) return made;
    return fail(ErrorType::validation, "no further");
  });

  ASSERT_FALSE(changed);
  EXPECT_FALSE(store.read("SELECT 1 FROM half"));
}

TEST(Database, CutsAQueryShortAtItsDeadlineAndServesTheNext) {
  Store store;
  store.database = store.open(1);

  const auto endless = store.read(kEndless, 50ms);
  const auto next = store.read("SELECT 7 AS seven");

  ASSERT_FALSE(endless);
  EXPECT_EQ(endless.error().type, ErrorType::timeout);
  ASSERT_TRUE(next) << next.error().detail;
  EXPECT_EQ(next->front().as_object().at("seven"), json::value(7));
}

TEST(Database, NeverLetsAnInterruptHitTheNextQuery) {
  Store store;
  store.database = store.open(1);

  for (int round = 0; round < 100; ++round) {
    const auto endless = store.read(kEndless, std::chrono::microseconds(300 + 17 * round));
    ASSERT_FALSE(endless);
    const auto next = store.read(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
        " SELECT count(*) AS n FROM n");
    ASSERT_TRUE(next) << round << ": " << next.error().detail;
  }
}

TEST(Database, RollsAWriteBackThatMissesItsDeadline) {
  Store store;
  ASSERT_TRUE(store.write("CREATE TABLE t (a)"));

  const auto late = store.write(
      "INSERT INTO t WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM "
      "n",
      50ms);
  const auto rows = store.read("SELECT count(*) AS n FROM t");
  const auto next = store.write("INSERT INTO t VALUES (1)");

  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().type, ErrorType::timeout);
  EXPECT_EQ(rows->front().as_object().at("n"), json::value(0));
  EXPECT_TRUE(next) << next.error().detail;
}

TEST(Database, KeepsNothingOfAWriteThatFails) {
  Store store;
  ASSERT_TRUE(store.write("CREATE TABLE t (a)"));
  std::function<Result<int>(Connection&)> query = [](Connection& c) -> Result<int> {
    const auto done = c.change("INSERT INTO t VALUES (1)");
    if (!done) return done.error();
    return fail(ErrorType::conflict, "changed my mind");
  };

  const auto written = store.world.run(store.database->write<int>(store.world.in(10s), query));
  const auto rows = store.read("SELECT count(*) AS n FROM t");

  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().type, ErrorType::conflict);
  EXPECT_EQ(rows->front().as_object().at("n"), json::value(0));
}

TEST(Database, AnswersBusyAsTransientOrTimeoutButInTime) {
  Store store;
  ASSERT_TRUE(store.write("CREATE TABLE t (a)"));
  const auto other = Connection::open({.path = store.folder.path() / "gateway.db"});
  ASSERT_TRUE(other);
  ASSERT_TRUE((*other)->execute("BEGIN IMMEDIATE"));

  const auto written = store.write("INSERT INTO t VALUES (1)", 60ms);
  ASSERT_TRUE((*other)->execute("ROLLBACK"));
  const auto next = store.write("INSERT INTO t VALUES (1)");

  ASSERT_FALSE(written);
  EXPECT_TRUE(written.error().type == ErrorType::timeout ||
              written.error().type == ErrorType::transient);
  EXPECT_TRUE(next) << next.error().detail;
}

TEST(Database, RefusesAtOnceWhenItsQueueIsFull) {
  TempFolder folder;
  RealWorld world;
  auto database = Database::open({.path = folder.path() / "x.db", .readers = 1, .max_queued = 1});
  ASSERT_TRUE(database);
  std::promise<void> release;
  auto released = release.get_future().share();
  std::function<Result<int>(Connection&)> blocked = [released](Connection&) -> Result<int> {
    released.wait();
    return 1;
  };
  std::vector<ErrorType> failures;
  std::size_t answered = 0;

  for (int i = 0; i < 8; ++i) {
    asio::co_spawn(world.context(), (*database)->read<int>(world.in(10s), blocked),
                   [&](std::exception_ptr, Result<int> result) {
                     if (result) {
                       ++answered;
                       return;
                     }
                     failures.push_back(result.error().type);
                     if (failures.size() == 6) release.set_value();
                   });
  }
  world.context().run_for(10s);

  // One runs and one waits, unless the thread had not taken the first before the second came.
  EXPECT_GE(failures.size(), 6u);
  for (const auto type : failures) EXPECT_EQ(type, ErrorType::transient);
  EXPECT_EQ(answered + failures.size(), 8u);
}

TEST(Tenants, ResolveByUuidAndSlugInAnyCaseToOneRecord) {
  Store store;
  const Tenant tenant{.id = "0B0E1F80-0000-4000-8000-000000000001",
                      .slug = "willow-hair",
                      .name = "Willow Hair",
                      .timezone = "America/New_York"};
  auto deadline = store.world.in(10s);

  const auto saved = store.world.run(save_tenant(*store.database, tenant, deadline));
  const auto by_id = store.world.run(
      resolve_canonical_tenant(*store.database, "0b0e1f80-0000-4000-8000-000000000001", deadline));
  const auto by_slug =
      store.world.run(resolve_canonical_tenant(*store.database, "Willow-Hair", deadline));

  ASSERT_TRUE(saved) << saved.error().detail;
  ASSERT_TRUE(by_id);
  ASSERT_TRUE(by_slug);
  EXPECT_EQ(by_id->id, "0b0e1f80-0000-4000-8000-000000000001");
  EXPECT_EQ(by_slug->id, by_id->id);
  EXPECT_EQ(by_slug->timezone, "America/New_York");
}

TEST(Tenants, AnswerTheSameForWhatIsNotThereAndWhatCannotBe) {
  Store store;

  for (const char* name : {"nobody", "", "' OR 1=1 --", "../../etc", "\xff\xfe",
                           "0b0e1f80-0000-4000-8000-0000000000ff"}) {
    const auto found =
        store.world.run(resolve_canonical_tenant(*store.database, name, store.world.in(10s)));
    ASSERT_FALSE(found) << name;
    EXPECT_EQ(found.error().type, ErrorType::not_found) << name;
    EXPECT_EQ(found.error().message, "there is no such tenant");
  }
}

TEST(Tenants, RefuseASlugThatLooksLikeAUuidOrBelongsToAnother) {
  Store store;
  auto deadline = store.world.in(10s);
  Tenant first{.id = "0b0e1f80-0000-4000-8000-000000000001",
               .slug = "one",
               .name = "One",
               .timezone = "UTC"};
  ASSERT_TRUE(store.world.run(save_tenant(*store.database, first, deadline)));
  Tenant second{.id = "0b0e1f80-0000-4000-8000-000000000002",
                .slug = "one",
                .name = "Two",
                .timezone = "UTC"};
  Tenant disguised = second;
  disguised.slug = first.id;

  const auto taken = store.world.run(save_tenant(*store.database, second, deadline));
  const auto uuid_slug = store.world.run(save_tenant(*store.database, disguised, deadline));

  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().type, ErrorType::conflict);
  ASSERT_FALSE(uuid_slug);
  EXPECT_EQ(uuid_slug.error().type, ErrorType::validation);
}

const Tenant kWillow{.id = "0b0e1f80-0000-4000-8000-000000000001",
                     .slug = "willow-hair",
                     .name = "Willow Hair",
                     .timezone = "America/New_York"};

TEST(Tenants, AreAddedOnceAndNeverChangedByAdding) {
  Store store;
  auto deadline = store.world.in(10s);
  Tenant same_slug = kWillow;
  same_slug.id = "0b0e1f80-0000-4000-8000-000000000002";
  Tenant same_id = kWillow;
  same_id.id = "0B0E1F80-0000-4000-8000-000000000001";
  same_id.slug = "willow-two";

  const auto added = store.world.run(add_tenant(*store.database, kWillow, deadline));
  const auto by_slug = store.world.run(add_tenant(*store.database, same_slug, deadline));
  const auto by_id = store.world.run(add_tenant(*store.database, same_id, deadline));
  const auto again = store.world.run(add_tenant(*store.database, kWillow, deadline));

  ASSERT_TRUE(added) << added.error().message;
  for (const auto* refused : {&by_slug, &by_id, &again}) {
    ASSERT_FALSE(*refused);
    EXPECT_EQ(refused->error().type, ErrorType::conflict);
  }
  EXPECT_EQ(by_slug.error().message, "slug: the tenant " + kWillow.id + " has it");
  EXPECT_EQ(by_id.error().message, "id: the tenant willow-hair has it");
  const auto all = store.world.run(list_tenants(*store.database, deadline));
  ASSERT_EQ(all->size(), 1u);
  EXPECT_EQ(all->front().slug, "willow-hair");
}

TEST(Tenants, AreAddedOnlyWithFieldsThatCanBeUsed) {
  Store store;
  auto deadline = store.world.in(10s);
  const auto message_of = [&](Tenant tenant) {
    const auto added = store.world.run(add_tenant(*store.database, std::move(tenant), deadline));
    if (added) return std::string("added");
    EXPECT_EQ(added.error().type, ErrorType::validation);
    return added.error().message;
  };
  const auto with = [](auto change) {
    auto tenant = kWillow;
    change(tenant);
    return tenant;
  };

  for (const char* slug : {"", "Willow", "willow hair", "-willow", "willow-", "-", "w\xc3\xb6llow",
                           "0b0e1f80-0000-4000-8000-000000000009"}) {
    EXPECT_TRUE(message_of(with([&](Tenant& t) { t.slug = slug; })).starts_with("slug: ")) << slug;
  }
  for (const char* zone : {"", "America/Nowhere", "america/new_york", "EST5", "\xff", "../UTC"}) {
    EXPECT_TRUE(message_of(with([&](Tenant& t) { t.timezone = zone; })).starts_with("timezone: "))
        << zone;
  }
  EXPECT_NE(message_of(with([](Tenant& t) {
              t.timezone = "Europe/Berln";
            })).find("did you mean Europe/Berlin?"),
            std::string::npos);
  EXPECT_EQ(message_of(with([](Tenant& t) { t.id = "7", t.name = ""; })),
            "id: expected a UUID; name: expected 1 to 200 bytes of UTF-8 text without control "
            "characters");
  EXPECT_TRUE(message_of(with([](Tenant& t) { t.name = "a\nb"; })).starts_with("name: "));
  EXPECT_EQ(message_of(kWillow), "added");
}

}  // namespace
}  // namespace callosum::storage
