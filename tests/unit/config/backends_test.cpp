// What tools may call and what they carry there.
#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "config/load.hpp"
#include "config/render.hpp"

namespace callosum::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Environment environment(std::map<std::string, std::string> variables) {
  return [variables](std::string_view name) -> std::optional<std::string> {
    const auto found = variables.find(std::string(name));
    if (found == variables.end()) return std::nullopt;
    return found->second;
  };
}

LoadOutcome from_yaml(std::string_view yaml, std::vector<std::string> sets = {}) {
  return load_text(yaml, {"callosum.yaml", std::move(sets), environment({})});
}

std::vector<std::string> problems_of(const LoadOutcome& outcome) {
  std::vector<std::string> lines;
  for (const auto& problem : outcome.problems) lines.push_back(problem.to_string());
  return lines;
}

TEST(Config, TakesSecretsFromTheEnvironmentOrFromFiles) {
  const auto file = (std::filesystem::temp_directory_path() / "callosum-secret-test").string();
  std::ofstream(file) << "from file\n";
  const LoadRequest request{
      "callosum.yaml", {}, environment({{"CRM_TOKEN", "from env"}, {"BAD", "two\nlines"}})};

  const auto good =
      load_text("secrets: {crm: {env: CRM_TOKEN}, DESK: {file: " + file + "}}", request);
  const auto bad = load_text(
      "secrets: {a: {env: NOPE}, b: {file: /nope}, c: {env: BAD}, d: {env: X, file: y}, e: {}}\n"
      "secrets.f.evn: X",
      request);

  ASSERT_THAT(problems_of(good), IsEmpty());
  EXPECT_EQ(good.config.secrets.at("crm").value.reveal(), "from env");
  EXPECT_EQ(good.config.secrets.at("DESK").value.reveal(), "from file");
  EXPECT_THAT(render(good.config), HasSubstr("env: CRM_TOKEN  # callosum.yaml:1"));
  EXPECT_THAT(render(good.config), Not(HasSubstr("from env")));
  EXPECT_THAT(problems_of(bad),
              ::testing::UnorderedElementsAre(
                  HasSubstr("secrets.a.env: the environment has no NOPE"),
                  HasSubstr("secrets.b.file: /nope cannot be read, or is empty"),
                  HasSubstr("secrets.c.env: expected one line"),
                  HasSubstr("secrets.d: expected env or file"),
                  HasSubstr("secrets.f.evn: unknown key; did you mean secrets.f.env?")));
  std::filesystem::remove(file);
}

TEST(Config, ListsTheBackendsThatToolsMayCall) {
  const auto good = from_yaml(
      "egress:\n  allow:\n    - https://api.example.com\n"
      "    - {url: 'http://127.0.0.1:9000', private: true}\n");
  const auto set = from_yaml("", {"egress.allow=https://a.example,http://b.example:8080"});
  const auto bad = from_yaml(
      "egress.allow: [ftp://x, https://a.example/path, {private: true}, {url: 'https://a', x: 1}]");

  ASSERT_THAT(problems_of(good), IsEmpty());
  ASSERT_EQ(good.config.egress.allow.size(), 2u);
  EXPECT_FALSE(good.config.egress.allow[0].is_private);
  EXPECT_TRUE(good.config.egress.allow[1].is_private);
  EXPECT_THAT(render(good.config), HasSubstr("{url: \"http://127.0.0.1:9000\", private: true}"));
  ASSERT_THAT(problems_of(set), IsEmpty());
  EXPECT_EQ(set.config.egress.allow[1].url, "http://b.example:8080");
  EXPECT_THAT(problems_of(bad), ElementsAre(HasSubstr("egress.allow[0]: expected an origin"),
                                            HasSubstr("egress.allow[1]: expected an origin"),
                                            HasSubstr("egress.allow[2]: expected a url"),
                                            HasSubstr("egress.allow[3]: unknown member \"x\"")));
}

TEST(Config, PutsSomethingElseInABackendsPlace) {
  const auto good = from_yaml(
      "egress.allow: [{url: 'https://a.example', at: 'http://127.0.0.1:9000', private: true}]");
  const auto bad = from_yaml("egress.allow: [{url: 'https://a.example', at: 'nowhere'}]");

  ASSERT_THAT(problems_of(good), IsEmpty());
  EXPECT_EQ(good.config.egress.allow[0].at, "http://127.0.0.1:9000");
  EXPECT_THAT(
      render(good.config),
      HasSubstr("{url: \"https://a.example\", at: \"http://127.0.0.1:9000\", private: true}"));
  EXPECT_THAT(problems_of(bad), ElementsAre(HasSubstr("egress.allow[0].at: expected an origin")));
}

TEST(Config, SaysWhichStyleOfAPackIsOffered) {
  const auto good = from_yaml("packs_options:\n  assistant:\n    style: fine\n");
  const auto bad = from_yaml("packs_options.assistant.stile: fine");

  ASSERT_THAT(problems_of(good), IsEmpty());
  EXPECT_EQ(good.config.packs_options.at("assistant").style, "fine");
  EXPECT_THAT(render(good.config), HasSubstr("packs_options:\n  assistant:\n    style: fine"));
  EXPECT_THAT(problems_of(bad), ElementsAre(HasSubstr("packs_options.assistant.style?")));
}

}  // namespace
}  // namespace callosum::config
