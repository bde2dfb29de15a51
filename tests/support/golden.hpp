#pragma once

#include <filesystem>
#include <gtest/gtest.h>
#include <string>
#include <string_view>
#include <vector>

namespace callosum::testing {

/// What is to be read and written lies in tests/fixtures; names are paths below it.
std::filesystem::path fixture_path(std::string_view name);
/// The file's text. A missing one fails the test and reads as empty.
std::string read_fixture(std::string_view name);
/// The names of the folder's files, sorted: "realtime/server/error.json".
std::vector<std::string> list_fixtures(std::string_view folder);

/// Whether `actual`, and a line's end where it has none, is what the golden file holds, byte for
/// byte. With CALLOSUM_UPDATE_GOLDEN=1 the file is written instead: read its diff before it is
/// committed. Never on the build machine.
::testing::AssertionResult matches_golden(std::string_view actual, std::string_view name);

/// Where the two part, with what stands around it; empty: nowhere.
std::string describe_difference(std::string_view expected, std::string_view actual);

}  // namespace callosum::testing
