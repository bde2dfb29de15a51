#pragma once

#include <filesystem>

#include "base/result.hpp"

namespace callosum::storage::sqlite {

/// The database as it is at this moment, in a file that is not there yet; whoever uses it is not
/// disturbed, and nothing of it is changed.
Result<void> copy_database(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace callosum::storage::sqlite
