#include "app/editions.hpp"

#include <fstream>
#include <future>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <thread>

#include "real_world.hpp"

namespace callosum::app {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

constexpr std::string_view kPack = R"(pack: shop
version: 1.0.0
tools:
  - name: get_price
    version: 1.0.0
    summary: The price of an article.
    description: The price of an article, in the shop's currency.
    category: retrieval
    access: read
    channels: [voice, text]
    input:
      type: object
      properties: {article: {type: string, description: Which one.}}
      required: [article]
      additionalProperties: false
    output: {type: object, properties: {price: {type: number}}, required: [price]}
    say_on_failure: I cannot see the price.
    run: {builtin: price}
)";

std::string changed(std::string_view from, std::string_view to) {
  std::string text(kPack);
  return text.replace(text.find(from), from.size(), to);
}

/// Says on which thread it ended.
struct Witness {
  std::promise<std::thread::id> ended;
  ~Witness() { ended.set_value(std::this_thread::get_id()); }
};

class EditionsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    write(kPack);
    make(false);
  }
  void write(std::string_view text) const {
    std::ofstream(folder.path() / "pack.yaml", std::ios::binary) << text;
  }
  void make(bool is_locked) {
    registry::RegistryOptions registry{
        .folders = {folder.path()}, .providers = {"openai"}, .is_locked = is_locked, .accept = {}};
    auto build = [this](const auto& snapshot, auto& problems) {
      return edition_of(snapshot, problems);
    };
    editions = Editions::make({std::move(registry), std::move(build), *log, metrics}).value();
  }
  Result<std::unique_ptr<Edition>> edition_of(
      const std::shared_ptr<const registry::Snapshot>& snapshot,
      std::vector<registry::LoadProblem>& problems) {
    const auto& tool = snapshot->tools().front();
    if (tool.version == "6.6.6") {
      problems.push_back({tool.run.place, "get_price.run", "no such builtin"});
    }
    if (tool.version == "7.7.7") return fail(ErrorType::permanent, "no voice is installed");
    if (tool.version == "9.9.9") throw std::runtime_error("a bug");
    auto witness = std::make_shared<Witness>();
    ended.push_back(witness->ended.get_future());
    ProviderFactory provider;
    provider.export_name = "openai";
    provider.make = [witness](const std::string&) {
      return std::unique_ptr<realtime::ModelPort>();
    };
    std::vector<registry::LoadProblem> ignored;
    return std::make_unique<Edition>(pipeline::Catalog::make(snapshot, {}, ignored),
                                     std::vector{std::move(provider)},
                                     metrics.gauge("live", "Live ones."));
  }
  Result<api::ReloadReport> reload() { return world.run(editions->reload(world.in(20s))); }
  /// What is wrong with a pack that was refused, after which the one before serves on.
  std::string refusal_of(std::string_view text) {
    const auto before = editions->current();
    write(text);
    const auto report = reload();
    EXPECT_TRUE(report);
    EXPECT_EQ(report->new_version, before->version());
    EXPECT_EQ(editions->current(), before);
    EXPECT_FALSE(report->problems.empty());
    return report->problems.empty() ? "" : report->problems.front().to_string();
  }
  std::string page() const { return metrics.render(); }

  testing::RealWorld world;
  testing::TempFolder folder;
  std::unique_ptr<telemetry::Log> log =
      telemetry::make_log(world.time(), {.level = telemetry::LogLevel::off}).value();
  telemetry::Metrics metrics;
  std::vector<std::future<std::thread::id>> ended;
  std::unique_ptr<Editions> editions;
};

TEST_F(EditionsTest, ASessionKeepsItsOwnWhichEndsWithItOnAnotherThread) {
  auto sessions = editions->current();
  auto calls = catalog_of(sessions);
  const auto old_version = sessions->version();
  write(changed("The price of an article.", "What an article costs."));

  const auto report = reload();

  ASSERT_TRUE(report);
  EXPECT_TRUE(report->problems.empty());
  EXPECT_EQ(report->old_version, old_version);
  EXPECT_EQ(report->new_version, editions->current()->version());
  EXPECT_NE(report->new_version, old_version);
  EXPECT_EQ(sessions->snapshot()->tools().front().summary, "The price of an article.");
  EXPECT_THAT(page(), HasSubstr("live 2"));
  sessions.reset();
  EXPECT_EQ(ended[0].wait_for(0s), std::future_status::timeout);
  calls.reset();
  ASSERT_EQ(ended[0].wait_for(20s), std::future_status::ready);
  EXPECT_NE(ended[0].get(), std::this_thread::get_id());
}

TEST_F(EditionsTest, AreFoundByTheirVersionAsLongAsASessionUsesThem) {
  auto session = catalog_of(editions->current());
  const auto old_version = editions->current()->version();
  write(changed("The price of an article.", "What an article costs."));
  ASSERT_TRUE(reload());

  EXPECT_EQ(editions->find(old_version)->version(), old_version);
  EXPECT_EQ(editions->live_versions(),
            (std::vector<std::string>{editions->current()->version(), old_version}));
  EXPECT_EQ(editions->find("0.0.ffffffff"), editions->current());
  session.reset();

  EXPECT_EQ(editions->find(old_version), editions->current());
  EXPECT_EQ(editions->live_versions(), std::vector<std::string>{editions->current()->version()});
}

TEST_F(EditionsTest, ShowsModelsTheToolsOfTheirOwnVersion) {
  registry::CallContext context;
  context.channel = registry::Channel::voice;
  const auto before = editions->current();
  write(changed("name: get_price", "name: find_price"));
  ASSERT_TRUE(reload());

  const auto old_list = before->offer_for(context, {}, "openai").value();
  const auto new_list = editions->current()->offer_for(context, {}, "openai").value();

  EXPECT_TRUE(old_list->contains("get_price"));
  EXPECT_FALSE(old_list->contains("find_price"));
  EXPECT_TRUE(new_list->contains("find_price"));
  EXPECT_FALSE(new_list->contains("get_price"));
  EXPECT_EQ(editions->current()->offer_for(context, {}, "openai").value(),
            new_list);  // compiled once
}

TEST_F(EditionsTest, ServeOnWhereTheNewPacksAreNoGood) {
  EXPECT_THAT(refusal_of(changed("access: read", "access: reed")),
              HasSubstr("pack.yaml:9: tools.get_price.access"));
  EXPECT_THAT(refusal_of(kPack.substr(0, 300)), HasSubstr("pack.yaml:"));
  EXPECT_THAT(refusal_of(changed("    version: 1.0.0", "    version: 6.6.6")),
              HasSubstr("pack.yaml:18: get_price.run: no such builtin"));
  EXPECT_THAT(refusal_of(changed("    version: 1.0.0", "    version: 7.7.7")),
              HasSubstr("the provider: no voice is installed"));
  EXPECT_THAT(page(), HasSubstr("registry_reloads_total{outcome=\"refused\"} 4"));
  EXPECT_THAT(page(), HasSubstr("live 1"));

  write(changed("    version: 1.0.0", "    version: 1.1.0"));
  EXPECT_TRUE(reload()->problems.empty());
  EXPECT_EQ(editions->current()->snapshot()->tools().front().version, "1.1.0");
}

TEST_F(EditionsTest, SurviveABugOfTheReload) {
  const auto before = editions->current();
  write(changed("    version: 1.0.0", "    version: 9.9.9"));

  const auto report = reload();

  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().type, ErrorType::internal);
  EXPECT_EQ(editions->current(), before);
  EXPECT_THAT(page(), HasSubstr("registry_reloads_total{outcome=\"failed\"} 1"));
}

TEST_F(EditionsTest, StayTheSameWhereNothingHasChanged) {
  const auto before = editions->current();

  const auto report = reload();

  ASSERT_TRUE(report);
  EXPECT_EQ(report->new_version, report->old_version);
  EXPECT_EQ(editions->current(), before);
  EXPECT_THAT(page(), HasSubstr("registry_reloads_total{outcome=\"unchanged\"} 1"));
}

TEST_F(EditionsTest, DoNotReloadWhenLocked) {
  make(true);
  const auto before = editions->current();
  write(changed("    version: 1.0.0", "    version: 1.1.0"));

  const auto report = reload();

  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().type, ErrorType::conflict);
  EXPECT_THAT(report.error().message, HasSubstr("locked"));
  EXPECT_EQ(editions->current(), before);
  EXPECT_THAT(page(), HasSubstr("registry_reloads_total{outcome=\"locked\"} 1"));
}

}  // namespace
}  // namespace callosum::app
