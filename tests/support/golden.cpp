#include "golden.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

namespace callosum::testing {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBefore = 40;  // characters shown around the difference
constexpr std::size_t kBehind = 60;
constexpr std::string_view kHow =
    "If the new text is right, run the test with CALLOSUM_UPDATE_GOLDEN=1 and read the diff.";

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value && *value && std::string_view(value) != "0" && std::string_view(value) != "false";
}

std::optional<std::string> read_file(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

bool is_inside_character(std::string_view text, std::size_t at) {
  return at > 0 && at < text.size() && (text[at] & 0xC0) == 0x80;
}

/// As one line: ends of lines are made visible.
std::string visible(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n' || c == '\r') {
      out += c == '\n' ? "\\n" : "\\r";
    } else {
      out += c;
    }
  }
  return out;
}

std::string text_before(std::string_view text, std::size_t at) {
  std::size_t from = at > kBefore ? at - kBefore : 0;
  while (is_inside_character(text, from)) --from;
  return (from > 0 ? "…" : "") + visible(text.substr(from, at - from));
}

std::string text_behind(std::string_view text, std::size_t at) {
  std::size_t to = std::min(text.size(), at + kBehind);
  while (is_inside_character(text, to)) --to;
  return visible(text.substr(at, to - at)) + (to < text.size() ? "…" : "");
}

::testing::AssertionResult update(const fs::path& path, std::string_view text) {
  if (is_set("CI")) {
    return ::testing::AssertionFailure() << "golden files are not written on a build machine: "
                                            "unset CALLOSUM_UPDATE_GOLDEN";
  }
  fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file << text;
  if (!file.flush()) return ::testing::AssertionFailure() << path << " cannot be written";
  return ::testing::AssertionSuccess();
}

}  // namespace

fs::path fixture_path(std::string_view name) {
  return fs::path(CALLOSUM_SOURCE_DIR) / "tests" / "fixtures" / name;
}

std::string read_fixture(std::string_view name) {
  auto text = read_file(fixture_path(name));
  if (!text) ADD_FAILURE() << "there is no " << fixture_path(name);
  return text ? std::move(*text) : std::string{};
}

std::vector<std::string> list_fixtures(std::string_view folder) {
  std::vector<std::string> names;
  std::error_code missing;
  for (const auto& entry : fs::directory_iterator(fixture_path(folder), missing)) {
    names.push_back(std::string(folder) + "/" + entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string describe_difference(std::string_view expected, std::string_view actual) {
  const auto apart =
      std::mismatch(expected.begin(), expected.end(), actual.begin(), actual.end()).first;
  auto at = static_cast<std::size_t>(apart - expected.begin());
  if (at == expected.size() && at == actual.size()) return {};
  while (is_inside_character(expected, at) || is_inside_character(actual, at)) --at;
  const auto same = expected.substr(0, at);
  const auto line = 1 + std::count(same.begin(), same.end(), '\n');
  const auto last = same.rfind('\n');
  const std::size_t byte = last == std::string_view::npos ? at + 1 : at - last;
  const auto lead = text_before(expected, at);
  const auto columns =
      std::count_if(lead.begin(), lead.end(), [](char c) { return (c & 0xC0) != 0x80; });
  return "line " + std::to_string(line) + ", byte " + std::to_string(byte) +
         "\n  expected: " + lead + text_behind(expected, at) + "\n  actual:   " + lead +
         text_behind(actual, at) + "\n            " +
         std::string(static_cast<std::size_t>(columns), ' ') + "^\n";
}

::testing::AssertionResult matches_golden(std::string_view actual, std::string_view name) {
  std::string text(actual);
  if (!text.ends_with('\n')) text += '\n';
  const auto path = fixture_path(name);
  const auto expected = read_file(path);
  if (expected == text) return ::testing::AssertionSuccess();
  if (is_set("CALLOSUM_UPDATE_GOLDEN")) return update(path, text);
  if (!expected) return ::testing::AssertionFailure() << "there is no " << path << "\n" << kHow;
  return ::testing::AssertionFailure()
         << name << ": " << describe_difference(*expected, text) << kHow;
}

}  // namespace callosum::testing
