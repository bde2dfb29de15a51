#pragma once

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace callosum::registry {

/// The whole file as text. NOT_FOUND, or VALIDATION for what is no plain file, too large or not
/// UTF-8.
Result<std::string> read_file(const std::filesystem::path& path, std::size_t max_bytes);

/// `folder / name` where that stays inside the folder, symbolic links followed; VALIDATION
/// otherwise.
Result<std::filesystem::path> resolve_inside(const std::filesystem::path& folder,
                                             const std::string& name);

}  // namespace callosum::registry
