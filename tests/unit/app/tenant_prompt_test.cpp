#include "app/tenant_prompt.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "real_world.hpp"
#include "registry/render.hpp"
#include "tool/sql/install.hpp"

namespace callosum::app {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

TEST(FillPlaceholders, PutsValuesInAndSaysWhichNamesHaveNone) {
  std::set<std::string> missing;

  const auto text =
      fill_placeholders("{name} at {place}, {empty}.", {{"name", "Ada"}, {"empty", ""}}, missing);

  EXPECT_EQ(text, "Ada at , .");
  EXPECT_THAT(missing, ElementsAre("empty", "place"));
}

TEST(FillPlaceholders, KeepsBracesThatStandForThemselves) {
  std::set<std::string> missing;

  const auto text =
      fill_placeholders(R"({{name}} {"a": 1} {} } {open)", {{"name", "Ada"}}, missing);

  EXPECT_EQ(text, R"({name} {"a": 1} {} } {open)");
  EXPECT_THAT(missing, IsEmpty());
}

TEST(FillPlaceholders, ReadsAsItsDefaultWhereNothingIsOnRecord) {
  std::set<std::string> missing;
  const PromptValues values{{"lead_label", "an enquiry"}};

  EXPECT_EQ(fill_placeholders("{lead_label|a lead}, {deal|an opportunity}, {x|}.", values, missing),
            "an enquiry, an opportunity, .");
  EXPECT_EQ(fill_placeholders("{a|b{lead_label}} {a|b", values, missing), "{a|ban enquiry} {a|b");
  EXPECT_THAT(missing, IsEmpty());
}

class TenantPromptTest : public ::testing::Test {
 protected:
  TenantPromptTest() {
    const auto loaded = registry::load_packs({std::string(CALLOSUM_SOURCE_DIR) + "/packs"});
    EXPECT_TRUE(loaded.snapshot) << registry::render_problems(loaded.problems);
    snapshot = loaded.snapshot;
    database = storage::Database::open({.path = folder.path() / "callosum.db"}).value();
    for (const auto& pack : snapshot->packs()) {
      EXPECT_TRUE(tool::sql::install_pack_schema(*database, pack));
    }
  }
  TenantPrompt fill() {
    return world
        .run(fill_tenant_prompt(*database, {snapshot, tenant}, world.in(std::chrono::seconds(10))))
        .value();
  }

  testing::RealWorld world;
  testing::TempFolder folder;
  std::shared_ptr<const registry::Snapshot> snapshot;
  std::unique_ptr<storage::Database> database;
  const storage::Tenant tenant{.id = "0b0e1f80-0000-4000-8000-000000000001",
                               .slug = "bella",
                               .name = "Bella's",
                               .timezone = "Europe/Rome"};
};

TEST_F(TenantPromptTest, SaysOfATenantWithoutABusinessWhatIsNotKnown) {
  const auto prompt = fill();

  EXPECT_FALSE(prompt.has_business);
  EXPECT_THAT(prompt.missing, ElementsAre("industry", "language", "services_summary", "tone",
                                          "working_hours_summary"));
  EXPECT_THAT(prompt.text, HasSubstr("receptionist for Bella's"));
  EXPECT_THAT(prompt.text, HasSubstr("Nothing is on record here for: industry, language, "
                                     "services_summary, tone, working_hours_summary. Never make "
                                     "any of it up"));
  EXPECT_THAT(prompt.text, Not(HasSubstr("{")));
}

TEST_F(TenantPromptTest, CallsTheRecordsOfABusinessByItsOwnWords) {
  EXPECT_THAT(fill().text, HasSubstr("a lead a lead, an opportunity an opportunity"));
  ASSERT_TRUE(database->change_at_start([&](storage::sqlite::Connection& connection) {
    const auto added = connection.change(
        "INSERT INTO businesses (id, name, ai_config, created_at, updated_at) VALUES (:id, "
        "'Bella', '{\"lead_label\":\"an enquiry\",\"opportunity_label\":\"a job\"}', '', '')",
        {{"id", tenant.id}});
    return added ? Result<void>() : added.error();
  }));

  EXPECT_THAT(fill().text, HasSubstr("a lead an enquiry, an opportunity a job"));
}

TEST_F(TenantPromptTest, IsSilentAboutThatWhereAllIsKnown) {
  ASSERT_TRUE(database->change_at_start([&](storage::sqlite::Connection& connection) {
    const auto added = connection.change(
        "INSERT INTO businesses (id, name, industry, ai_config, services, working_hours, "
        "created_at, updated_at) VALUES (:id, 'Bella', 'bakery', "
        "'{\"tone\":\"warm\",\"language\":\"English\"}', '[{\"name\":\"cake\"}]', "
        "'{\"monday\":null}', '', '')",
        {{"id", tenant.id}});
    return added ? Result<void>() : added.error();
  }));

  const auto prompt = fill();

  EXPECT_TRUE(prompt.has_business);
  EXPECT_THAT(prompt.missing, IsEmpty());
  EXPECT_THAT(prompt.text, HasSubstr("receptionist for Bella (bakery)"));
  EXPECT_THAT(prompt.text, HasSubstr("in a warm tone"));
  EXPECT_THAT(prompt.text, HasSubstr("Services: cake"));
  EXPECT_THAT(prompt.text, HasSubstr("monday closed"));
  EXPECT_THAT(prompt.text, Not(HasSubstr("Nothing is on record")));
}

}  // namespace
}  // namespace callosum::app
