#pragma once

#include <filesystem>
#include <vector>

#include "base/result.hpp"
#include "config/load.hpp"

namespace callosum::app {

/// The folder of packs where the configuration names none: $CALLOSUM_PACKS, else `packs` beside the
/// program or in a folder above it (a source tree), else /usr/share/callosum/packs. NOT_FOUND says
/// where it looked.
Result<std::filesystem::path> find_packs_folder(const config::Environment& env,
                                                const std::filesystem::path& program);
/// The same for this process.
Result<std::filesystem::path> find_packs_folder();

/// What `packs` of the configuration says, else the one folder found.
Result<std::vector<std::filesystem::path>> packs_or_default(const config::Config& config);

}  // namespace callosum::app
