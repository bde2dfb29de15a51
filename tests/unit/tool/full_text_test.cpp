#include "tool/sql/full_text.hpp"

#include <gtest/gtest.h>

#include "base/json.hpp"
#include "base/random.hpp"
#include "sql_fixture.hpp"

namespace callosum::tool::sql {
namespace {

const json::array kRows{
    json::object{{"title", "Parking"}, {"text", "There is a garage behind the house."}},
    json::object{{"title", "Cancelling"}, {"text", "You can cancel for free. Parking is extra."}},
    json::object{{"title", "Café"}, {"text", nullptr}}};

std::vector<std::size_t> find(std::string_view query) {
  const auto found = rank_by_words(kRows, {"title", "text"}, query);
  EXPECT_TRUE(found) << query << ": " << found.error().detail;
  return found ? *found : std::vector<std::size_t>();
}

TEST(FullText, PutsTheBestFirst) {
  EXPECT_EQ(find("where is the parking garage"), (std::vector<std::size_t>{0, 1}));
  EXPECT_EQ(find("cancellations? cancelled"), (std::vector<std::size_t>{1}));
  EXPECT_EQ(find("CAFÉ"), (std::vector<std::size_t>{2}));
  EXPECT_EQ(find("cafe"), (std::vector<std::size_t>{2}));
  EXPECT_TRUE(find("dragons").empty());
}

TEST(FullText, TakesACallersWordsAsWordsAndNeverAsALanguage) {
  EXPECT_EQ(match_expression("what is \"the\" PARKING* OR NOT (near) col:x"),
            R"("parking" OR "not" OR "near" OR "col" OR "x")");
  EXPECT_EQ(match_expression("what is the"), R"("what" OR "is" OR "the")");
  EXPECT_EQ(match_expression(" \t*\"'()^-+{}:,.;"), "");
  EXPECT_TRUE(find(" *\"'()^-+{}:,.;").empty());
  EXPECT_TRUE(find(std::string_view("\0\0", 2)).empty());
  EXPECT_TRUE(find("… — «»").empty());
}

TEST(FullText, HasNoSyntaxThatACallerCouldBreak) {
  SeededRandom random(61);
  const std::string_view signs =
      "\"'*()^-+{}:,.;\\ \n\tANDORNOTNEARabz019/@#$%&|~`<>=!?[]_\xC3\xA9";
  for (int i = 0; i < 2000; ++i) {
    std::string query;
    for (auto left = random.next_u64() % 40; left > 0; --left) {
      query += signs[random.next_u64() % signs.size()];
    }
    find(query);
  }
}

TEST(FullText, RanksTheTenantsOwnRowsAlone) {
  TwoTenants tenants;
  auto tool = TwoTenants::make_tool("SELECT id, customer FROM bookings ORDER BY id");
  tool.run.config.as_object()["rank"] =
      json::object{{"by", "text"}, {"over", json::array{"customer"}}};
  tool.run.config.as_object()["max_rows"] = 1;

  const auto own = tenants.run(tool, kTenantA, {{"text", "two, please"}});
  const auto other = tenants.run(tool, kTenantB, {{"text", "MARK three"}});
  const auto nothing = tenants.run(tool, kTenantA, {{"text", "three"}});

  EXPECT_EQ(json::serialize(*own), R"({"items":[{"id":"a2","customer":"MARK-A two"}],"count":1})");
  EXPECT_EQ(json::serialize(*other),
            R"({"items":[{"id":"b3","customer":"MARK-B three"}],"count":3,"truncated":true})");
  EXPECT_EQ(json::serialize(*nothing), R"({"items":[],"count":0})");
}

TEST(FullText, RanksMoreThanAnAnswerMayHold) {
  TwoTenants tenants;
  const std::string long_text = "replace(printf('%0400000d', 1), '00', 'ab ')";
  auto tool = TwoTenants::make_tool("SELECT id, customer || ' ' || " + long_text +
                                    " AS customer FROM bookings ORDER BY id");
  tool.run.config.as_object()["rank"] =
      json::object{{"by", "text"}, {"over", json::array{"customer"}}};

  const auto found = tenants.run(tool, kTenantB, {{"text", "three"}});

  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->at("count"), 1);
}

TEST(FullText, IsRefusedWhereItFitsNothing) {
  TwoTenants tenants;
  const auto problem = [&](json::object rank, const char* result) {
    auto tool = TwoTenants::make_tool("SELECT id, customer FROM bookings", result);
    tool.run.config.as_object()["rank"] = std::move(rank);
    const auto loaded = tenants.load(tool);
    return loaded ? std::string("loaded") : loaded.error().message;
  };

  EXPECT_EQ(problem({{"by", "text"}, {"over", json::array{"customer"}}}, "many"), "loaded");
  EXPECT_EQ(problem({{"by", "words"}, {"over", json::array{"customer"}}}, "many"),
            "run.rank.by: expected an argument of this tool");
  EXPECT_EQ(problem({{"by", "text"}, {"over", json::array{"nothing"}}}, "many"),
            "run.sql: rank.over: the statement has no column 'nothing'");
  EXPECT_NE(problem({{"by", "text"}, {"over", json::array{"customer"}}}, "one").find("run.rank:"),
            std::string::npos);
  EXPECT_NE(problem({{"by", "text"}}, "many").find("run.rank:"), std::string::npos);
}

/// A write of one row, and what goes with it.
registry::ToolSpec take_and_note(const char* sql, const char* then) {
  auto tool = TwoTenants::make_tool(sql, "one", registry::Access::write);
  auto& config = tool.run.config.as_object();
  config["then"] = json::array{then};
  config["if_none"] = "There is no such booking.";
  return tool;
}

constexpr auto kTake =
    "UPDATE bookings SET status = 'taken' WHERE id = :id AND status = 'open'"
    " RETURNING id, status";

TEST(SqlTool, WritesTwoTablesTogetherOrNeither) {
  TwoTenants tenants;
  const auto tool =
      take_and_note(kTake, "UPDATE customers SET mark = 'noted ' || :result_id WHERE id = 'ca'");

  const auto foreign = tenants.run(tool, kTenantA, {{"id", "b1"}});
  EXPECT_EQ(tenants.look("SELECT mark FROM customers WHERE id = 'ca'"), json::value("MARK-A"));
  const auto taken = tenants.run(tool, kTenantA, {{"id", "a1"}});

  ASSERT_FALSE(foreign);
  EXPECT_EQ(foreign.error().type, ErrorType::conflict);
  EXPECT_EQ(foreign.error().say, "There is no such booking.");
  EXPECT_EQ(json::serialize(*taken), R"({"id":"a1","status":"taken"})");
  EXPECT_EQ(tenants.look("SELECT mark FROM customers WHERE id = 'ca'"), json::value("noted a1"));
  EXPECT_EQ(tenants.look("SELECT mark FROM customers WHERE id = 'cb'"), json::value("MARK-B"));
}

TEST(SqlTool, TakesTheFirstWriteBackWhereTheSecondFails) {
  TwoTenants tenants;
  const auto tool = take_and_note(
      kTake, "INSERT INTO customers (id, business_id, mark) VALUES ('ca', :business_id, 'again')");

  const auto twice = tenants.run(tool, kTenantA, {{"id", "a1"}});

  EXPECT_FALSE(twice);
  EXPECT_EQ(tenants.look("SELECT status FROM bookings WHERE id = 'a1'"), json::value("open"));
}

TEST(SqlTool, RefusesASequelThatFitsNothing) {
  TwoTenants tenants;
  const auto problem = [&](const registry::ToolSpec& tool) {
    const auto loaded = tenants.load(tool);
    return loaded ? std::string("loaded") : loaded.error().message;
  };
  auto read = TwoTenants::make_tool("SELECT id FROM bookings", "one");
  read.run.config.as_object()["if_none"] = "Nothing.";

  EXPECT_NE(problem(read).find("if_none: expected only"), std::string::npos);
  EXPECT_NE(problem(take_and_note(kTake, "SELECT 1 AS one")).find("then: expected"),
            std::string::npos);
  EXPECT_NE(problem(take_and_note(kTake, "UPDATE bookings SET price = :result_price"))
                .find(":result_price"),
            std::string::npos);
  EXPECT_NE(problem(take_and_note(kTake, "UPDATE secrets SET mark = 'x'")).find("fence"),
            std::string::npos);
}

}  // namespace
}  // namespace callosum::tool::sql
