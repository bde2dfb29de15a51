#include <fstream>

#include "async/task_group.hpp"
#include "sql_fixture.hpp"
#include "tool/sql/install.hpp"
#include "tool/sql/local_time.hpp"

namespace callosum::tool::sql {
namespace {

using registry::Access;

std::string load_problem(const registry::ToolSpec& tool) {
  TwoTenants tenants;
  const auto loaded = tenants.load(tool);
  if (loaded) return "loaded";
  EXPECT_EQ(loaded.error().type, ErrorType::validation);
  return loaded.error().message;
}

registry::ToolSpec with_config(json::object config) {
  auto tool = TwoTenants::make_tool("SELECT 1 AS one");
  tool.run.config = std::move(config);
  return tool;
}

TEST(SqlKind, NamesTheKeyOfRunThatIsWrong) {
  EXPECT_EQ(load_problem(with_config({{"result", "one"}})), "run.sql: expected one SQL statement");
  EXPECT_EQ(load_problem(with_config({{"sql", " "}, {"result", "one"}})),
            "run.sql: expected one SQL statement");
  EXPECT_EQ(load_problem(with_config({{"sql", "SELECT 1"}})),
            "run.result: expected one, many, value or affected");
  EXPECT_EQ(load_problem(with_config({{"sql", "SELECT 1"}, {"result", "all"}})),
            "run.result: expected one, many, value or affected");
  EXPECT_EQ(load_problem(with_config({{"sql", "SELECT 1"}, {"resutl", "one"}})),
            "run.resutl: unknown key; did you mean result?");
  EXPECT_EQ(load_problem(with_config({{"sql", "SELECT 1"}, {"result", "many"}, {"max_rows", 0}})),
            "run.max_rows: expected a whole number from 1 to 500, with result: many");
  EXPECT_EQ(load_problem(with_config({{"sql", "SELECT 1"}, {"result", "affected"}})),
            "run.result: affected is for tools whose access is write");
}

registry::ToolSpec make_cases(json::object cases) {
  auto tool = with_config({{"sql", {{"by", "id"}, {"cases", std::move(cases)}}}});
  tool.input_schema = {
      {"type", "object"},
      {"required", json::array{"id"}},
      {"properties", {{"id", {{"enum", {"look", "close"}}}}, {"text", {{"type", "string"}}}}}};
  tool.risk = {{{{"id", {"close"}}}, registry::Access::write, std::nullopt}};
  return tool;
}

json::object case_of(std::string sql, std::string result) {
  return {{"sql", sql}, {"result", result}};
}

TEST(SqlKind, DoesWhatAnArgumentSays) {
  TwoTenants world;
  const auto tool = make_cases(
      {{"look", case_of("SELECT count(*) AS open FROM bookings WHERE status = 'open'", "one")},
       {"close", case_of("UPDATE bookings SET status = :text", "affected")}});
  const auto run = [&](const char* tenant, json::object arguments) {
    const auto data = world.run(tool, tenant, std::move(arguments));
    return data ? canonical_json(*data) : data.error().message;
  };

  EXPECT_EQ(run(kTenantA, {{"id", "look"}}), R"({"open":2})");
  EXPECT_EQ(run(kTenantA, {{"id", "close"}, {"text", "done"}}), R"({"affected":2})");
  EXPECT_EQ(run(kTenantA, {{"id", "look"}}), R"({"open":0})");
  EXPECT_EQ(run(kTenantB, {{"id", "look"}}), R"({"open":3})") << "the fence stands";
  EXPECT_EQ(run(kTenantA, {{"id", "Close"}}), "id: nothing is done for that value");
}

TEST(SqlKind, SaysWhichCaseIsWrong) {
  const auto look = case_of("SELECT 1 AS a", "one");
  const auto problem = [&](json::object second) {
    return load_problem(make_cases({{"look", look}, {"close", std::move(second)}}));
  };
  EXPECT_EQ(problem(case_of("UPDATE bookings SET status = 'x'", "affected")), "loaded");
  EXPECT_EQ(problem(case_of("SELEC 1", "one")),
            "run.sql.cases.close.sql: near \"SELEC\": syntax error");
  EXPECT_EQ(problem(case_of("SELECT 1", "all")),
            "run.sql.cases.close.result: expected one, many, value or affected");
  EXPECT_EQ(
      load_problem(make_cases(
          {{"look", case_of("UPDATE bookings SET status = 'x'", "affected")}, {"close", look}})),
      "run.sql.cases.look.result: affected is for tools whose access is write");
  EXPECT_EQ(
      load_problem(make_cases(
          {{"look", case_of("DELETE FROM bookings RETURNING id", "many")}, {"close", look}})),
      "run.sql.cases.look.sql: deletes from temp.bookings, which the tenant fence does not allow");
  EXPECT_EQ(load_problem(make_cases({{"look", look}})), "run.sql.cases.close: needed: a map");
}

TEST(SqlKind, TakesOnlyParametersThatTheToolHas) {
  EXPECT_EQ(load_problem(TwoTenants::make_tool("SELECT id FROM bookings WHERE id = :id")),
            "loaded");
  EXPECT_EQ(load_problem(TwoTenants::make_tool("SELECT id FROM bookings WHERE id = :other")),
            "run.sql: parameter :other is neither in input.properties nor in bind");
  EXPECT_EQ(load_problem(TwoTenants::make_tool("SELECT id FROM bookings WHERE id = ?")),
            "run.sql: parameter ?: expected the form :name");
  EXPECT_EQ(load_problem(TwoTenants::make_tool("SELECT id FROM bookings WHERE id = @id")),
            "run.sql: parameter @id: expected the form :name");
}

TEST(SqlKind, SaysInSqlitesWordsWhyAStatementDoesNotCompile) {
  EXPECT_EQ(load_problem(TwoTenants::make_tool("SELECT absent FROM bookings")),
            "run.sql: no such column: absent");
  EXPECT_EQ(load_problem(TwoTenants::make_tool("SELEC 1")),
            "run.sql: near \"SELEC\": syntax error");
  EXPECT_EQ(load_problem(TwoTenants::make_tool("SELECT 1 AS a; SELECT 2 AS b")),
            "run.sql: expected exactly one SQL statement");
  EXPECT_EQ(load_problem(TwoTenants::make_tool("SELECT id, id FROM bookings")),
            "run.sql: two columns are named 'id'");
}

TEST(SqlKind, HoldsTheColumnsAgainstTheOutputSchema) {
  auto tool = TwoTenants::make_tool("SELECT id, status FROM bookings", "one");
  tool.output_schema = {{"type", "object"},
                        {"properties", {{"id", {{"type", "string"}}}}},
                        {"additionalProperties", false}};
  EXPECT_EQ(load_problem(tool), "run.sql: column 'status' is not in the output schema");

  tool = TwoTenants::make_tool("SELECT id FROM bookings", "one");
  tool.output_schema = {
      {"type", "object"}, {"properties", json::object{}}, {"required", {"status"}}};
  EXPECT_EQ(load_problem(tool), "run.sql: the output schema requires 'status', which is no column");
}

TEST(SqlKind, LoadsWhatReportsNeed) {
  for (const char* sql :
       {"WITH c AS (SELECT 1 AS a) SELECT count(*) AS n FROM c",
        "SELECT count(*) AS n FROM bookings", "SELECT value AS v FROM json_each('[1,2]')",
        "SELECT b.id, j.value AS extra FROM bookings AS b, json_each(b.extras) AS j",
        "SELECT id, row_number() OVER (ORDER BY price) AS place FROM bookings",
        "SELECT status, group_concat(id) AS ids FROM bookings GROUP BY status",
        "SELECT b.id FROM bookings AS b JOIN customers AS c ON b.business_id = c.business_id",
        "SELECT id FROM bookings WHERE EXISTS (SELECT 1 FROM customers)",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n WHERE i < 9) SELECT i FROM n",
        "SELECT strftime('%Y', 'now') AS y, current_tenant() AS t, extras ->> 0 AS e FROM bookings",
        "VALUES (1)"}) {
    EXPECT_EQ(load_problem(TwoTenants::make_tool(sql)), "loaded") << sql;
  }
}

TEST(SqlTool, GivesOneRowAsAnObjectOrNull) {
  TwoTenants tenants;
  const auto tool = TwoTenants::make_tool("SELECT id, price FROM bookings WHERE id = :id", "one");

  const auto own = tenants.run(tool, kTenantA, {{"id", "a1"}});
  const auto foreign = tenants.run(tool, kTenantA, {{"id", "b1"}});
  const auto absent = tenants.run(tool, kTenantA, {{"id", "zz"}});
  const auto without = tenants.run(tool, kTenantA);

  EXPECT_EQ(*own, json::value(json::object{{"id", "a1"}, {"price", 10.5}}));
  EXPECT_EQ(*foreign, json::value(nullptr));
  EXPECT_EQ(*absent, json::value(nullptr));
  EXPECT_EQ(*without, json::value(nullptr)) << "an argument that is not there is NULL";
}

TEST(SqlTool, CapsTheRowsAndCountsThemAll) {
  TwoTenants tenants;
  auto tool = TwoTenants::make_tool(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 120) SELECT i FROM "
      "n");

  const auto capped = tenants.run(tool);
  tool.run.config.as_object()["max_rows"] = 3;
  const auto three = tenants.run(tool);

  EXPECT_EQ(capped->as_object().at("items").as_array().size(), 50u);
  EXPECT_EQ(capped->as_object().at("count"), json::value(120));
  EXPECT_EQ(capped->as_object().at("truncated"), json::value(true));
  EXPECT_EQ(json::serialize(*three),
            R"({"items":[{"i":1},{"i":2},{"i":3}],"count":120,"truncated":true})");
}

TEST(SqlTool, GivesOneValue) {
  TwoTenants tenants;

  const auto value =
      tenants.run(TwoTenants::make_tool("SELECT sum(price) AS total FROM bookings", "value"));

  EXPECT_EQ(json::serialize(*value), R"({"value":3.05E1})");
}

TEST(SqlTool, ReadsJsonAndBooleansWhereTheOutputSchemaSaysSo) {
  TwoTenants tenants;
  auto tool =
      TwoTenants::make_tool("SELECT extras, paid, customer FROM bookings WHERE id = :id", "one");
  tool.output_schema = {{"type", "object"},
                        {"properties",
                         {{"extras", {{"type", {"array", "null"}}}},
                          {"paid", {{"type", "boolean"}}},
                          {"customer", {{"type", "string"}}}}}};

  const auto first = tenants.run(tool, kTenantA, {{"id", "a1"}});
  const auto second = tenants.run(tool, kTenantA, {{"id", "a2"}});

  EXPECT_EQ(json::serialize(*first), R"({"extras":["x"],"paid":true,"customer":"MARK-A one"})");
  EXPECT_EQ(json::serialize(*second), R"({"extras":null,"paid":false,"customer":"MARK-A two"})");
}

TEST(SqlTool, RefusesDataThatIsNotWhatTheSchemaSays) {
  TwoTenants tenants;
  auto tool = TwoTenants::make_tool("SELECT customer FROM bookings", "one");
  tool.output_schema = {{"type", "object"}, {"properties", {{"customer", {{"type", "object"}}}}}};

  const auto not_json = tenants.run(tool);
  const auto blob =
      tenants.run(TwoTenants::make_tool("SELECT CAST(id AS BLOB) AS b FROM bookings"));

  ASSERT_FALSE(not_json);
  EXPECT_EQ(not_json.error().type, ErrorType::invalid_output);
  EXPECT_EQ(not_json.error().message.find("MARK"), std::string::npos);
  ASSERT_FALSE(blob);
  EXPECT_EQ(blob.error().type, ErrorType::invalid_output);
}

TEST(SqlTool, RefusesAnAnswerThatIsTooLarge) {
  TwoTenants tenants;

  const auto result = tenants.run(TwoTenants::make_tool(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 50)"
      " SELECT printf('%100000d', i) AS wide FROM n"));

  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().type, ErrorType::output_too_large);
}

TEST(SqlTool, GivesTheBusinesssOwnTime) {
  TwoTenants tenants;
  const auto tool = TwoTenants::make_tool(
      "SELECT id, local_time(at, current_tenant_timezone()) AS at FROM bookings ORDER BY id");

  const auto a = tenants.run(tool, kTenantA);
  const auto b = tenants.run(tool, kTenantB);

  EXPECT_EQ(
      json::serialize(a->as_object().at("items")),
      R"([{"id":"a1","at":"2026-11-21T09:30:00-05:00"},{"id":"a2","at":"2026-07-01T10:30:00-04:00"}])");
  EXPECT_EQ(b->as_object().at("items").as_array()[0].as_object().at("at"),
            json::value("2026-11-21T15:30:00+01:00"));
}

TEST(SqlTool, KeepsOneTenantFromTakingEveryPlace) {
  TwoTenants tenants;
  tenants.options.max_per_tenant = 2;
  tenants.kind = make_sql_kind(*tenants.database, tenants.options);
  const auto tool = TwoTenants::make_tool("SELECT count(*) AS n FROM bookings");
  const auto handler = tenants.load(tool);
  registry::CallContext noisy;
  noisy.tenant_id = kTenantA;
  registry::CallContext quiet;
  quiet.tenant_id = kTenantB;
  const json::object arguments;
  const std::string key;
  const Invocation from_noisy{tool, arguments, noisy, key};
  const Invocation from_quiet{tool, arguments, quiet, key};
  std::vector<ErrorType> refused;
  int answered = 0;
  const auto count = [&](std::exception_ptr, Result<ToolOutput> output) {
    output ? void(++answered) : refused.push_back(output.error().type);
  };

  for (int i = 0; i < 5; ++i) {
    boost::asio::co_spawn(tenants.world.context(),
                          (*handler)->run(from_noisy, tenants.world.in(10s)), count);
  }
  boost::asio::co_spawn(tenants.world.context(), (*handler)->run(from_quiet, tenants.world.in(10s)),
                        count);
  tenants.world.context().run();

  EXPECT_EQ(answered + refused.size(), 6u);
  EXPECT_GE(answered, 3);
  for (const auto type : refused) EXPECT_EQ(type, ErrorType::rate_limit);
}

boost::asio::awaitable<void> run_quietly(ToolHandler& handler, Invocation invocation,
                                         async::Deadline deadline) {
  auto running = handler.run(invocation, deadline);
  co_await std::move(running);
}

/// What `quiet` is answered while `noisy` asks again and again for what takes for ever.
boost::asio::awaitable<Result<ToolOutput>> run_beside(testing::RealWorld& world,
                                                      ToolHandler& endless, Invocation noisy,
                                                      ToolHandler& quick, Invocation quiet) {
  async::TaskGroup tasks(world.context().get_executor(), world.time());
  for (int i = 0; i < 10; ++i) {
    tasks.spawn("noisy", run_quietly(endless, noisy, world.in(10min)));
  }
  auto running = quick.run(quiet, world.in(1min));
  auto output = co_await std::move(running);
  tasks.cancel();
  co_await tasks.join();
  co_return output;
}

TEST(SqlTool, AnswersOneTenantWhileAnothersQueriesTakeForEver) {
  TwoTenants tenants;
  const auto slow = TwoTenants::make_tool(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000000)"
      " SELECT max(i) AS n FROM n",
      "value");
  const auto fast = TwoTenants::make_tool("SELECT count(*) AS n FROM bookings", "value");
  const auto endless = tenants.load(slow);
  const auto quick = tenants.load(fast);
  ASSERT_TRUE(endless && quick);
  registry::CallContext noisy, quiet;
  noisy.tenant_id = kTenantA;
  quiet.tenant_id = kTenantB;
  const json::object of_a{{"business_id", kTenantA}}, of_b{{"business_id", kTenantB}};
  const std::string key;

  const auto answer =
      tenants.world.run(run_beside(tenants.world, **endless, Invocation{slow, of_a, noisy, key},
                                   **quick, Invocation{fast, of_b, quiet, key}));

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(json::serialize(answer->data), R"({"value":3})");
}

TEST(LocalTime, ReadsOnlyUtcAndKnowsItsZones) {
  const json::value utc("2026-03-29T00:59:59Z");

  EXPECT_EQ(*local_time(utc, "Europe/Berlin"), json::value("2026-03-29T01:59:59+01:00"));
  EXPECT_EQ(*local_time("2026-03-29T01:00:00Z", "Europe/Berlin"),
            json::value("2026-03-29T03:00:00+02:00"));
  EXPECT_EQ(*local_time("2026-03-29 01:00", "UTC"), json::value("2026-03-29T01:00:00+00:00"));
  EXPECT_EQ(*local_time(nullptr, "UTC"), json::value(nullptr));
  EXPECT_EQ(*local_time("next tuesday", "UTC"), json::value(nullptr));
  EXPECT_EQ(*local_time("2026-13-01T00:00:00Z", "UTC"), json::value(nullptr));
  EXPECT_EQ(local_time(utc, "Mars/Olympus").error().type, ErrorType::validation);
  EXPECT_EQ(local_time(utc, "../../etc/passwd").error().type, ErrorType::validation);
}

struct PackFolder {
  testing::TempFolder folder;
  std::unique_ptr<storage::Database> database = open();
  registry::Pack pack;

  PackFolder() {
    pack.name = "small";
    pack.folder = folder.path();
    pack.schema_file = folder.path() / "schema.sql";
    pack.demo_file = folder.path() / "demo.sql";
    pack.tenant_columns = {{"things", "owner"}};
  }
  std::unique_ptr<storage::Database> open() {
    return std::move(*storage::Database::open({.path = folder.path() / "x.db"}));
  }
  std::string schema(std::string_view sql) {
    std::ofstream(pack.schema_file) << sql;
    const auto installed = install_pack_schema(*database, pack);
    return installed ? "installed" : installed.error().message;
  }
  std::string demo(std::string_view sql) {
    std::ofstream(pack.demo_file) << sql;
    const auto installed = install_demo_data(*database, pack);
    return installed ? "installed" : installed.error().message;
  }
};

TEST(Install, MakesThePacksTablesOnceAndAgainWhenTheyAreWrittenAnew) {
  PackFolder folder;

  EXPECT_EQ(folder.schema("CREATE TABLE IF NOT EXISTS things (id, owner);"), "installed");
  EXPECT_EQ(folder.schema("CREATE TABLE IF NOT EXISTS things (id, owner);"), "installed");
  EXPECT_EQ(folder.schema("CREATE TABLE IF NOT EXISTS things (id, owner);"
                          "CREATE INDEX IF NOT EXISTS by_owner ON things (owner);"),
            "installed");
  EXPECT_EQ(folder.demo("INSERT INTO things VALUES (1, 'a');"), "installed");
  EXPECT_EQ(folder.demo("INSERT INTO things VALUES (1, 'a');"), "installed");
  const auto connection =
      storage::sqlite::Connection::open({.path = folder.database->options().path});
  EXPECT_EQ((*connection)->query("SELECT count(*) AS n FROM things")->front().as_object().at("n"),
            json::value(1));
}

TEST(Install, LetsASchemaMakeTablesAndNothingElse) {
  for (const char* sql :
       {"DROP TABLE tenants", "DELETE FROM tenants", "INSERT INTO tenants VALUES (1,2,3,4,5,6)",
        "UPDATE tenants SET name = 'x'", "SELECT name FROM tenants", "ATTACH ':memory:' AS x",
        "PRAGMA foreign_keys=OFF", "COMMIT", "CREATE VIEW v AS SELECT 1",
        "CREATE TRIGGER t AFTER INSERT ON tenants BEGIN DELETE FROM tenants; END",
        "CREATE TABLE stolen AS SELECT * FROM tenants", "CREATE TEMP TABLE t (a)",
        "CREATE VIRTUAL TABLE v USING fts5(a)", "ALTER TABLE tenants ADD COLUMN x",
        "DELETE FROM sqlite_schema"}) {
    PackFolder folder;
    EXPECT_NE(folder.schema(sql), "installed") << sql;
  }
}

TEST(Install, LetsDemoDataTouchThePacksTablesAndTenantsOnly) {
  for (const char* sql :
       {"DELETE FROM schema_migrations", "UPDATE pack_installs SET part = 'x'", "DROP TABLE things",
        "CREATE TABLE more (a)", "ATTACH ':memory:' AS x", "PRAGMA user_version=3", "COMMIT"}) {
    PackFolder folder;
    ASSERT_EQ(folder.schema("CREATE TABLE IF NOT EXISTS things (id, owner);"), "installed");
    EXPECT_NE(folder.demo(sql), "installed") << sql;
  }
}

TEST(Install, NamesTheFileAndKeepsNothingOfOneThatFails) {
  PackFolder folder;

  const auto problem = folder.schema("CREATE TABLE things (id, owner); CREATE NONSENSE;");

  EXPECT_NE(problem.find("schema.sql: "), std::string::npos) << problem;
  EXPECT_EQ(folder.schema("CREATE TABLE things (id, owner);"), "installed");
}

}  // namespace
}  // namespace callosum::tool::sql
