// The parser cases of JSONTestSuite, where CALLOSUM_SUITES points at them.

#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace callosum {
namespace {

namespace fs = std::filesystem;

/// Valid JSON that we refuse on purpose: what one reader takes from the first of two keys, another
/// takes from the last.
const std::set<std::string> kDuplicateKeys = {
    "y_object_duplicated_key.json",
    "y_object_duplicated_key_and_value.json",
};

/// Where the standard leaves it open: true means we accept.
const std::map<std::string, bool> kOurChoice = {
    {"i_number_double_huge_neg_exp.json", true},
    {"i_number_huge_exp.json", false},
    {"i_number_neg_int_huge_exp.json", false},
    {"i_number_pos_double_huge_exp.json", false},
    {"i_number_real_neg_overflow.json", false},
    {"i_number_real_pos_overflow.json", false},
    {"i_number_real_underflow.json", true},
    {"i_number_too_big_neg_int.json", true},
    {"i_number_too_big_pos_int.json", true},
    {"i_number_very_big_negative_int.json", true},
    {"i_object_key_lone_2nd_surrogate.json", false},
    {"i_string_1st_surrogate_but_2nd_missing.json", false},
    {"i_string_1st_valid_surrogate_2nd_invalid.json", false},
    {"i_string_UTF-16LE_with_BOM.json", false},
    {"i_string_UTF-8_invalid_sequence.json", false},
    {"i_string_UTF8_surrogate_U+D800.json", false},
    {"i_string_incomplete_surrogate_and_escape_valid.json", false},
    {"i_string_incomplete_surrogate_pair.json", false},
    {"i_string_incomplete_surrogates_escape_valid.json", false},
    {"i_string_invalid_lonely_surrogate.json", false},
    {"i_string_invalid_surrogate.json", false},
    {"i_string_invalid_utf-8.json", false},
    {"i_string_inverted_surrogates_U+1D11E.json", false},
    {"i_string_iso_latin_1.json", false},
    {"i_string_lone_second_surrogate.json", false},
    {"i_string_lone_utf8_continuation_byte.json", false},
    {"i_string_not_in_unicode_range.json", false},
    {"i_string_overlong_sequence_2_bytes.json", false},
    {"i_string_overlong_sequence_6_bytes.json", false},
    {"i_string_overlong_sequence_6_bytes_null.json", false},
    {"i_string_truncated-utf-8.json", false},
    {"i_string_utf16BE_no_BOM.json", false},
    {"i_string_utf16LE_no_BOM.json", false},
    {"i_structure_500_nested_arrays.json", false},
    {"i_structure_UTF-8_BOM_empty_object.json", false},
};

struct Case {
  std::string name;
  bool is_accepted = false;
};

/// Nothing where the suite is not at hand; says so.
std::optional<std::vector<Case>> run_suite(char kind) {
  const char* folder = std::getenv("CALLOSUM_SUITES");
  if (folder == nullptr) {
    std::puts("CALLOSUM_SUITES is not set: the JSON parser suite was not run");
    return std::nullopt;
  }
  std::vector<Case> cases;
  for (const auto& entry : fs::directory_iterator(fs::path(folder) / "json" / "test_parsing")) {
    const auto name = entry.path().filename().string();
    if (name[0] != kind) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string text{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
    cases.push_back({name, parse_strict(text).has_value()});
  }
  return cases;
}

TEST(JsonSuite, AcceptsEveryValidTextButTwoWithADuplicateKey) {
  const auto cases = run_suite('y');
  if (!cases) return;

  for (const auto& one : *cases) {
    EXPECT_EQ(one.is_accepted, !kDuplicateKeys.contains(one.name)) << one.name;
  }

  EXPECT_EQ(cases->size(), 95u);
}

TEST(JsonSuite, RefusesEveryInvalidText) {
  const auto cases = run_suite('n');
  if (!cases) return;

  for (const auto& one : *cases) EXPECT_FALSE(one.is_accepted) << one.name;

  EXPECT_EQ(cases->size(), 188u);
}

TEST(JsonSuite, GoesTheWayWeChoseWhereTheStandardIsOpen) {
  const auto cases = run_suite('i');
  if (!cases) return;

  std::map<std::string, bool> ways;
  for (const auto& one : *cases) ways[one.name] = one.is_accepted;

  EXPECT_EQ(ways, kOurChoice);
}

TEST(StrictJsonNumbers, AreTooSmallOrTooLargeByTheirValueNotByTheirExponent) {
  const std::string zeros(400, '0');

  const auto tiny = parse_strict("0." + zeros + "1");
  const auto tiny_by_exponent = parse_strict("123e-400");
  const auto huge_with_a_negative_exponent = parse_strict("1" + zeros + "e-5");
  const auto one_in_many_digits = parse_strict("1" + zeros + "e-400");

  ASSERT_TRUE(tiny);
  EXPECT_EQ(tiny->as_double(), 0);
  ASSERT_TRUE(tiny_by_exponent);
  EXPECT_EQ(tiny_by_exponent->as_double(), 0);
  EXPECT_FALSE(huge_with_a_negative_exponent);
  ASSERT_TRUE(one_in_many_digits);
  EXPECT_EQ(one_in_many_digits->as_double(), 1);
}

}  // namespace
}  // namespace callosum
