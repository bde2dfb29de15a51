#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "registry/snapshot.hpp"

namespace callosum::registry {

/// Writes what this snapshot is made of: JSON, one tool a line, so that a review sees what a model
/// may newly do. Replaces the file whole or not at all. PERMANENT where it cannot be written.
Result<void> write_lock(const std::filesystem::path& path, const Snapshot& snapshot);

/// Each tool and pack that is not as the file says. NOT_FOUND without the file, VALIDATION where it
/// is no lock.
Result<std::vector<std::string>> compare_with_lock(const std::filesystem::path& path,
                                                   const Snapshot& snapshot);

/// NOT_FOUND without the file, VALIDATION where it is no lock, CONFLICT naming each tool and pack
/// that differs.
Result<void> check_lock(const std::filesystem::path& path, const Snapshot& snapshot);

}  // namespace callosum::registry
