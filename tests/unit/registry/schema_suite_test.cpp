// The official JSON Schema tests, where CALLOSUM_SUITES points at them.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <optional>
#include <set>

#include "base/json.hpp"
#include "registry/schema.hpp"

namespace callosum::registry {
namespace {

namespace fs = std::filesystem;

/// What optional tests we fail, on purpose. A change in either direction fails the test.
const std::set<std::string> kExpectedFailures = {
    // Draft 2019-09 is none of ours; such a document is refused, not read as another draft.
    "draft2020-12/optional/cross-draft.json: refs to historic drafts are processed as historic "
    "drafts: first item not a string is valid",
    "draft7/optional/cross-draft.json: refs to future drafts are processed as future drafts: "
    "missing bar is invalid",
    "draft7/optional/cross-draft.json: refs to future drafts are processed as future drafts: "
    "present bar is valid",
    // contentEncoding and contentMediaType tell the reader something; they never refuse, as in
    // 2020-12.
    "draft7/optional/content.json: validation of string-encoded content based on media type: an "
    "invalid JSON document",
    "draft7/optional/content.json: validation of binary string-encoding: an invalid base64 string "
    "(% is not a valid character)",
    "draft7/optional/content.json: validation of binary-encoded media type documents: a "
    "validly-encoded invalid JSON document",
    "draft7/optional/content.json: validation of binary-encoded media type documents: an invalid "
    "base64 string that is valid JSON",
};

std::string text_of(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

/// The suite, its remote documents and the meta-schemas.
class Suite {
 public:
  explicit Suite(fs::path folder) : folder_(std::move(folder)) {}

  const json::value* load(std::string_view uri) {
    const auto path = path_of(uri);
    if (path.empty() || !fs::is_regular_file(path)) return nullptr;
    return &document(path);
  }

  const json::value& document(const fs::path& path) {
    const auto at = documents_.find(path.string());
    if (at != documents_.end()) return at->second;
    return documents_.emplace(path.string(), parse_strict(text_of(path), {.max_depth = 64}).value())
        .first->second;
  }

  std::vector<fs::path> files(const std::string& folder) const {
    std::set<fs::path> sorted;
    for (const auto& entry : fs::directory_iterator(folder_ / "tests" / folder)) {
      if (entry.path().extension() == ".json") sorted.insert(entry.path());
    }
    return {sorted.begin(), sorted.end()};
  }

  std::string name_of(const fs::path& file) const {
    return fs::relative(file, folder_ / "tests").string();
  }

 private:
  fs::path path_of(std::string_view uri) const {
    constexpr std::string_view kRemote = "http://localhost:1234/";
    constexpr std::string_view kMeta = "https://json-schema.org/draft/";
    if (uri.starts_with(kRemote)) return folder_ / "remotes" / uri.substr(kRemote.size());
    if (uri == "http://json-schema.org/draft-07/schema") return folder_ / "meta" / "draft-07.json";
    if (!uri.starts_with(kMeta)) return {};
    return folder_ / "meta" / (std::string(uri.substr(kMeta.size())) + ".json");
  }

  fs::path folder_;
  std::map<std::string, json::value> documents_;
};

struct Score {
  int passed = 0;
  std::vector<std::string> failed;
};

/// "" where the schema judges the test as the suite does, and explains exactly what it refuses.
std::string problem_of(const Schema& schema, const json::object& test) {
  const auto& data = test.at("data");
  const bool expected = test.at("valid").as_bool();
  if (schema.is_valid(data) != expected) return expected ? "should be valid" : "should be refused";
  if (schema.explain(data).empty() != expected) return "is explained wrongly";
  return {};
}

enum class Print { failures, all };

void run_file(Suite& suite, const fs::path& file, const SchemaOptions& options, Print print,
              Score& score) {
  for (const auto& group : suite.document(file).as_array()) {
    const std::string where =
        suite.name_of(file) + ": " + std::string(group.at("description").as_string());
    const auto schema = compile_schema(group.at("schema"), options);
    for (const auto& test : group.at("tests").as_array()) {
      const std::string name = where + ": " + std::string(test.at("description").as_string());
      const auto problem = schema ? problem_of(**schema, test.as_object()) : schema.error().message;
      score.passed += problem.empty() ? 1 : 0;
      if (!problem.empty()) {
        score.failed.push_back(name);
        std::printf("  fails   %s (%s)\n", name.c_str(), problem.c_str());
      } else if (print == Print::all) {
        std::printf("  passes  %s\n", name.c_str());
      }
    }
  }
}

class SchemaSuite : public ::testing::TestWithParam<Draft> {
 protected:
  std::string folder() const { return GetParam() == Draft::draft7 ? "draft7" : "draft2020-12"; }

  SchemaOptions options(Suite& suite, bool assert_formats) const {
    return {.draft = GetParam(),
            .loader = [&suite](std::string_view uri) { return suite.load(uri); },
            .assert_formats = assert_formats};
  }

  /// Nothing where the suite is not at hand; says so.
  static std::optional<Suite> suite() {
    const char* folder = std::getenv("CALLOSUM_SUITES");
    if (folder != nullptr) return Suite(fs::path(folder) / "json-schema");
    std::puts("CALLOSUM_SUITES is not set: the JSON Schema suite was not run");
    return std::nullopt;
  }
};

TEST_P(SchemaSuite, PassesEveryRequiredTest) {
  auto suite = this->suite();
  if (!suite) return;
  Score score;

  for (const auto& file : suite->files(folder())) {
    run_file(*suite, file, options(*suite, false), Print::failures, score);
  }

  std::printf("%s: %d required tests pass, %zu fail\n", folder().c_str(), score.passed,
              score.failed.size());
  EXPECT_TRUE(score.failed.empty());
  EXPECT_GT(score.passed, 900);  // the suite really was there
}

TEST_P(SchemaSuite, PassesTheOptionalTestsButForThoseListed) {
  auto suite = this->suite();
  if (!suite) return;
  std::set<std::string> failed;

  for (const auto& sub : {"/optional", "/optional/format"}) {
    for (const auto& file : suite->files(folder() + sub)) {
      Score score;
      const bool is_format = std::string_view(sub).ends_with("format");
      run_file(*suite, file, options(*suite, is_format), Print::all, score);
      std::printf("%s: %d pass, %zu fail\n", suite->name_of(file).c_str(), score.passed,
                  score.failed.size());
      failed.insert(score.failed.begin(), score.failed.end());
    }
  }

  std::set<std::string> expected;
  for (const auto& name : kExpectedFailures) {
    if (name.starts_with(folder() + "/")) expected.insert(name);
  }
  EXPECT_EQ(failed, expected);
}

std::string name_of_draft(const ::testing::TestParamInfo<Draft>& info) {
  return info.param == Draft::draft7 ? "Draft7" : "Draft2020_12";
}

INSTANTIATE_TEST_SUITE_P(Drafts, SchemaSuite, ::testing::Values(Draft::draft2020_12, Draft::draft7),
                         name_of_draft);

}  // namespace
}  // namespace callosum::registry
