#include "sql_fixture.hpp"

namespace callosum::tool::sql {
namespace {

using registry::Access;

class TrickedQuery : public ::testing::TestWithParam<const char*> {};

/// Each may load and see own rows, or not load; never a foreign row, nor anything outside the
/// declared tables.
TEST_P(TrickedQuery, SeesOwnRowsOrDoesNotLoad) {
  TwoTenants tenants;
  const json::object arguments{{"id", "b1"}, {"text", kTenantB}};

  const auto result = tenants.run(TwoTenants::make_tool(GetParam()), kTenantA, arguments, 300ms);

  if (!result) {
    SUCCEED() << result.error().message;
    return;
  }
  const auto text = json::serialize(*result);
  EXPECT_EQ(text.find("MARK-B"), std::string::npos) << text;
  EXPECT_EQ(text.find("MARK-S"), std::string::npos) << text;
  EXPECT_EQ(text.find("bbbbbbbb"), std::string::npos) << text;
  EXPECT_EQ(text.find("b1"), std::string::npos) << text;
  EXPECT_EQ(text.find("fence_"), std::string::npos) << text;
  EXPECT_EQ(text.find("CREATE"), std::string::npos) << text;
}

INSTANTIATE_TEST_SUITE_P(
    Fence, TrickedQuery,
    ::testing::Values(
        "SELECT * FROM bookings WHERE (business_id = :business_id OR 1=1)",
        "SELECT customer FROM bookings UNION SELECT customer FROM bookings",
        "SELECT customer FROM bookings UNION SELECT mark FROM customers",
        "SELECT customer FROM main.bookings", "SELECT customer FROM MAIN.Bookings",
        "SELECT customer FROM \"main\".\"bookings\"", "SELECT customer FROM [main].[bookings]",
        "SELECT customer FROM bookings UNION ALL SELECT customer FROM main.bookings",
        "WITH bookings AS (SELECT * FROM main.bookings) SELECT customer FROM bookings",
        "WITH RECURSIVE bookings(customer) AS (SELECT customer FROM main.bookings UNION SELECT "
        "customer FROM bookings) SELECT customer FROM bookings",
        "WITH customers AS (SELECT * FROM main.bookings) SELECT customer FROM customers",
        "SELECT customer FROM (SELECT * FROM main.bookings) AS bookings",
        "SELECT x.customer FROM bookings JOIN main.bookings AS x ON 1=1",
        "SELECT (SELECT group_concat(customer) FROM main.bookings) AS c",
        "SELECT customer FROM bookings WHERE EXISTS (SELECT 1 FROM main.bookings WHERE id = 'b1')",
        "SELECT count(*) AS n, 'b1' AS x FROM main.bookings HAVING count(*) > 2",
        "SELECT 'MARK-B' AS x FROM main.bookings LIMIT 1", "SELECT mark FROM secrets",
        "SELECT mark FROM main.secrets", "SELECT 'MARK-S' AS x FROM secrets",
        "WITH secrets AS (SELECT * FROM main.secrets) SELECT mark FROM secrets",
        "SELECT name FROM tenants", "SELECT name FROM main.tenants",
        "SELECT sql FROM sqlite_schema", "SELECT sql FROM sqlite_master",
        "SELECT sql FROM sqlite_temp_master", "SELECT sql FROM sqlite_temp_schema",
        "SELECT sql FROM main.sqlite_schema", "SELECT sql FROM temp.sqlite_schema",
        "SELECT 'CREATE' AS x FROM sqlite_schema", "SELECT 'CREATE' AS x FROM SQLITE_Temp_Master",
        "SELECT name FROM pragma_table_list", "SELECT file AS f FROM pragma_database_list",
        "SELECT 'CREATE' AS x FROM pragma_table_info('bookings')",
        "SELECT name FROM pragma_function_list", "SELECT hex(data) AS d FROM sqlite_dbpage",
        "SELECT name FROM dbstat", "SELECT sql FROM sqlite_stmt",
        "SELECT * FROM bytecode('SELECT * FROM bookings')",
        "SELECT load_extension('/tmp/evil') AS x", "SELECT readfile('/etc/passwd') AS x",
        "SELECT writefile('/tmp/x', 'y') AS x", "SELECT fence_insert('bookings', 1) AS x",
        "SELECT fts3_tokenizer('simple') AS x", "SELECT sqlite_source_id() AS x",
        "SELECT zeroblob(1000000000) AS x", "SELECT randomblob(1000000000) AS x",
        "PRAGMA table_info(bookings)", "PRAGMA query_only=OFF", "PRAGMA temp_store",
        "ATTACH DATABASE ':memory:' AS x", "DETACH DATABASE temp", "EXPLAIN SELECT * FROM bookings",
        "EXPLAIN QUERY PLAN SELECT * FROM bookings", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT s",
        "VACUUM", "VACUUM INTO '/tmp/stolen.db'", "ANALYZE", "REINDEX", "CREATE TEMP TABLE t (a)",
        "CREATE TEMP VIEW v AS SELECT 1", "CREATE TABLE t AS SELECT * FROM bookings",
        "DROP VIEW bookings", "DROP VIEW temp.bookings", "DROP TABLE main.bookings",
        "ALTER TABLE bookings RENAME TO x", "CREATE VIRTUAL TABLE v USING fts5(a)",
        "DELETE FROM bookings", "UPDATE bookings SET status = 'MARK-B' RETURNING status",
        "INSERT INTO bookings (id) VALUES ('q') RETURNING id",
        "REPLACE INTO bookings (id) VALUES (1)",
        "SELECT 1 AS x; SELECT customer FROM main.bookings",
        "SELECT rowid AS r, customer FROM bookings",
        "SELECT customer FROM bookings, (SELECT :text AS current_tenant)",
        "SELECT b.customer FROM bookings AS b NOT INDEXED",
        "SELECT customer FROM bookings WHERE business_id IN (SELECT :text)",
        "SELECT customer FROM temp.bookings",
        "SELECT customer FROM bookings AS main UNION SELECT main.customer FROM bookings AS main",
        "SELECT value FROM json_each((SELECT group_concat(customer) FROM main.bookings))",
        "VALUES ((SELECT customer FROM main.bookings WHERE id = 'b1'))",
        "SELECT customer FROM bookings ORDER BY (SELECT customer FROM main.bookings LIMIT 1)",
        "SELECT sum(price) OVER (PARTITION BY (SELECT count(*) FROM main.bookings)) AS x FROM "
        "bookings",
        "SELECT customer FROM fence.bookings",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) AS m FROM n",
        "SELECT customer FROM bookings NATURAL JOIN main.customers",
        "SELECT customer FROM bookings WHERE 'x' IN main.secrets",
        "SELECT customer FROM bookings LIMIT (SELECT count(*) FROM main.bookings)"));

TEST(Fence, GivesAnUnfilteredQueryOnlyOwnRows) {
  TwoTenants tenants;
  const auto tool = TwoTenants::make_tool("SELECT id FROM bookings ORDER BY id");

  const auto a = tenants.run(tool, kTenantA);
  const auto b = tenants.run(tool, kTenantB);

  ASSERT_TRUE(a) << a.error().message;
  ASSERT_TRUE(b);
  EXPECT_EQ(json::serialize(*a), R"({"items":[{"id":"a1"},{"id":"a2"}],"count":2})");
  EXPECT_EQ(json::serialize(*b), R"({"items":[{"id":"b1"},{"id":"b2"},{"id":"b3"}],"count":3})");
}

TEST(Fence, GivesATenantThatDoesNotExistNothing) {
  TwoTenants tenants;

  const auto result = tenants.run(TwoTenants::make_tool("SELECT * FROM bookings"),
                                  "cccccccc-0000-4000-8000-000000000003");

  ASSERT_TRUE(result);
  EXPECT_EQ(json::serialize(*result), R"({"items":[],"count":0})");
}

TEST(Fence, RefusesACallWithoutATenant) {
  TwoTenants tenants;

  const auto result = tenants.run(TwoTenants::make_tool("SELECT * FROM bookings"), "");

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().type, ErrorType::forbidden);
}

TEST(Fence, HoldsWhenOneConnectionServesTenantsInTurnAfterTimeouts) {
  TwoTenants tenants;
  tenants.options.readers = 1;
  tenants.kind = make_sql_kind(*tenants.database, tenants.options);
  const auto tool = TwoTenants::make_tool("SELECT customer FROM bookings");
  const auto slow = TwoTenants::make_tool(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
      " SELECT max(i) AS m FROM n, bookings");

  for (int round = 0; round < 20; ++round) {
    const auto cut = tenants.run(slow, kTenantB, {}, 2ms);
    ASSERT_FALSE(cut);
    EXPECT_EQ(cut.error().type, ErrorType::timeout);
    const auto result = tenants.run(tool, kTenantA);
    ASSERT_TRUE(result) << result.error().detail;
    EXPECT_EQ(json::serialize(*result).find("MARK-B"), std::string::npos);
  }
}

TEST(Fence, NamesWhatItRefuses) {
  TwoTenants tenants;

  const auto base = tenants.load(TwoTenants::make_tool("SELECT customer FROM main.bookings"));
  const auto function = tenants.load(TwoTenants::make_tool("SELECT load_extension('x') AS x"));

  ASSERT_FALSE(base);
  EXPECT_EQ(base.error().type, ErrorType::validation);
  EXPECT_EQ(base.error().message,
            "run.sql: reads main.bookings.customer, which the tenant fence does not allow");
  ASSERT_FALSE(function);
  EXPECT_EQ(function.error().message,
            "run.sql: calls load_extension(), which the tenant fence does not allow");
}

TEST(Fence, DoesNotLoadAPackThatNamesATableOrColumnThatIsNotThere) {
  TwoTenants tenants;
  auto no_table = tenants.pack;
  no_table.tenant_columns["nowhere"] = "business_id";
  auto no_column = tenants.pack;
  no_column.tenant_columns["bookings"] = "owner";
  const auto tool = TwoTenants::make_tool("SELECT 1 AS one");

  const auto first = tenants.kind->make(tool, no_table);
  const auto second = tenants.kind->make(tool, no_column);

  ASSERT_FALSE(first);
  EXPECT_EQ(first.error().message, "tenants.nowhere: the database has no such table");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().message, "tenants.bookings: the table has no column 'owner'");
}

TEST(Fence, BuildsAnewWhenTheTablesHaveChanged) {
  TwoTenants tenants;
  const auto old_tool = TwoTenants::make_tool("SELECT id FROM bookings");
  const auto handler = tenants.load(old_tool);
  ASSERT_TRUE(tenants.database->change_at_start([](storage::sqlite::Connection& c) {
    return c.execute("ALTER TABLE bookings ADD COLUMN room TEXT DEFAULT 'blue'");
  }));

  const auto fresh = tenants.run(TwoTenants::make_tool("SELECT room FROM bookings"));
  const auto old = tenants.run(**handler, old_tool, kTenantA, {}, 10s);

  ASSERT_TRUE(fresh) << fresh.error().message;
  EXPECT_EQ(json::serialize(*fresh), R"({"items":[{"room":"blue"},{"room":"blue"}],"count":2})");
  ASSERT_TRUE(old) << old.error().detail;
}

TEST(FencedWrite, PutsTheTenantIntoWhatItInsertsAndKeepsDefaults) {
  TwoTenants tenants;
  const auto tool = TwoTenants::make_tool("INSERT INTO bookings (id, customer) VALUES (:id, :text)",
                                          "affected", Access::write);

  const auto result = tenants.run(tool, kTenantA, {{"id", "a9"}, {"text", "MARK-A nine"}});

  ASSERT_TRUE(result) << result.error().message << result.error().detail;
  EXPECT_EQ(json::serialize(*result), R"({"affected":1})");
  EXPECT_EQ(tenants.look("SELECT business_id FROM bookings WHERE id = 'a9'"),
            json::value(kTenantA));
  EXPECT_EQ(tenants.look("SELECT status FROM bookings WHERE id = 'a9'"), json::value("open"));
}

TEST(FencedWrite, ChangesAndRemovesOnlyOwnRows) {
  TwoTenants tenants;

  const auto updated = tenants.run(
      TwoTenants::make_tool("UPDATE bookings SET status = 'done'", "affected", Access::write));
  const auto removed =
      tenants.run(TwoTenants::make_tool("DELETE FROM bookings", "affected", Access::write));

  ASSERT_TRUE(updated) << updated.error().message << updated.error().detail;
  EXPECT_EQ(json::serialize(*updated), R"({"affected":2})");
  ASSERT_TRUE(removed) << removed.error().message << removed.error().detail;
  EXPECT_EQ(json::serialize(*removed), R"({"affected":2})");
  EXPECT_EQ(tenants.look("SELECT count(*) FROM bookings"), json::value(3));
  EXPECT_EQ(tenants.look("SELECT group_concat(DISTINCT status) FROM bookings"),
            json::value("open"));
}

class TrickedWrite : public ::testing::TestWithParam<const char*> {};

/// B's rows stay as they were, A moves nothing to B, and nothing outside the declared tables is
/// touched.
TEST_P(TrickedWrite, LeavesForeignRowsAlone) {
  TwoTenants tenants;
  const char* kForeign =
      "SELECT (SELECT group_concat(quote(id) || customer || status || price) FROM bookings"
      " WHERE business_id LIKE 'b%') || (SELECT group_concat(mark) FROM customers WHERE business_id"
      " LIKE 'b%') || (SELECT count(*) FROM secrets) || (SELECT group_concat(name) FROM tenants)"
      " || (SELECT count(*) FROM notes WHERE business_id LIKE 'b%')"
      " || (SELECT count(*) FROM sqlite_schema)";
  const auto before = tenants.look(kForeign);

  const auto result = tenants.run(TwoTenants::make_tool(GetParam(), "affected", Access::write),
                                  kTenantA, {{"id", "b1"}, {"text", kTenantB}});

  EXPECT_EQ(tenants.look(kForeign), before) << (result ? "ran" : result.error().detail);
}

INSTANTIATE_TEST_SUITE_P(
    Fence, TrickedWrite,
    ::testing::Values(
        "UPDATE bookings SET status = 'hacked' WHERE id = :id",
        "UPDATE bookings SET status = 'hacked' WHERE 1=1 OR business_id = :text",
        "UPDATE main.bookings SET status = 'hacked'", "DELETE FROM main.bookings",
        "DELETE FROM bookings WHERE business_id = :text", "DELETE FROM bookings WHERE id = :id",
        "INSERT INTO bookings (id, business_id, customer) VALUES ('x', :text, 'MARK-B')",
        "INSERT INTO main.bookings (id, business_id) VALUES ('x', :text)",
        "INSERT OR REPLACE INTO bookings (id, customer) VALUES (:id, 'stolen')",
        "REPLACE INTO bookings (id, customer) VALUES ('b1', 'stolen')",
        "INSERT OR IGNORE INTO bookings (id, customer) VALUES (:id, 'stolen')",
        "INSERT OR ROLLBACK INTO bookings (id, customer) VALUES (:id, 'stolen')",
        "UPDATE OR REPLACE bookings SET id = :id", "UPDATE bookings SET business_id = :text",
        "UPDATE OR REPLACE bookings SET id = 'b2' WHERE id = 'a1'",
        "UPDATE bookings SET business_id = NULL", "INSERT INTO secrets VALUES ('x', 'y')",
        "UPDATE tenants SET name = 'hacked'", "DELETE FROM tenants",
        "INSERT INTO bookings (id) VALUES (:id) ON CONFLICT (id) DO UPDATE SET status = 'hacked'",
        "UPDATE bookings SET status = 'x' FROM (SELECT * FROM main.customers) c",
        "DELETE FROM notes", "UPDATE notes SET note = 'x'", "DROP TABLE bookings",
        "CREATE TRIGGER t AFTER INSERT ON bookings BEGIN DELETE FROM customers; END",
        "CREATE TEMP TRIGGER t AFTER INSERT ON main.bookings BEGIN DELETE FROM customers; END",
        "DROP TRIGGER temp.fence", "INSERT INTO sqlite_master VALUES (1,2,3,4,5)",
        "UPDATE sqlite_temp_schema SET sql = ''", "PRAGMA writable_schema=ON",
        "WITH bookings AS (SELECT * FROM main.bookings) DELETE FROM bookings",
        "WITH b AS (SELECT * FROM main.bookings) INSERT INTO customers (id) SELECT id FROM b",
        "SELECT fence_remove('bookings', 'b1')", "SELECT fence_update('bookings', 'b1')"));

TEST(FencedWrite, RefusesToMoveARowToAnotherTenant) {
  TwoTenants tenants;
  const auto tool = TwoTenants::make_tool("UPDATE bookings SET business_id = :text WHERE id = 'a1'",
                                          "affected", Access::write);

  const auto result = tenants.run(tool, kTenantA, {{"text", kTenantB}});

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().type, ErrorType::forbidden);
  EXPECT_EQ(tenants.look("SELECT business_id FROM bookings WHERE id = 'a1'"),
            json::value(kTenantA));
}

TEST(FencedWrite, SaysConflictForAnIdThatIsTakenByWhomever) {
  TwoTenants tenants;
  const auto tool =
      TwoTenants::make_tool("INSERT OR REPLACE INTO bookings (id, customer) VALUES (:id, 'x')",
                            "affected", Access::write);

  const auto own = tenants.run(tool, kTenantA, {{"id", "a1"}});
  const auto foreign = tenants.run(tool, kTenantA, {{"id", "b1"}});

  ASSERT_FALSE(own);
  ASSERT_FALSE(foreign);
  EXPECT_EQ(own.error().type, ErrorType::conflict);
  EXPECT_EQ(foreign.error().type, ErrorType::conflict);
  EXPECT_EQ(own.error().message, foreign.error().message);
}

TEST(FencedWrite, KeepsNothingWhenTheDeadlinePassesHalfWay) {
  TwoTenants tenants;
  const auto tool = TwoTenants::make_tool(
      "INSERT INTO customers (id, mark) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
      "FROM n)"
      " SELECT 'x' || i, 'MARK-A' FROM n",
      "affected", Access::write);

  const auto result = tenants.run(tool, kTenantA, {}, 100ms);
  const auto next = tenants.run(
      TwoTenants::make_tool("INSERT INTO customers (id) VALUES ('n')", "affected", Access::write));

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().type, ErrorType::timeout);
  ASSERT_TRUE(next) << next.error().detail;
  EXPECT_EQ(tenants.look("SELECT count(*) FROM customers"), json::value(3));
}

TEST(FencedWrite, DoesNotLetAReadToolWrite) {
  TwoTenants tenants;

  const auto result = tenants.load(TwoTenants::make_tool(
      "UPDATE bookings SET status = 'x' RETURNING status", "many", Access::read));

  EXPECT_FALSE(result);
}

}  // namespace
}  // namespace callosum::tool::sql
