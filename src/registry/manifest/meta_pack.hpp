#pragma once

#include <memory>
#include <vector>

#include "registry/manifest/drafts.hpp"

namespace callosum::registry {

/// The gateway's own pack of meta tools, which comes with packs that gate by mode and names their
/// modes; null where none of these does.
std::unique_ptr<PackDraft> make_meta_pack(const std::vector<std::unique_ptr<PackDraft>>& packs);

}  // namespace callosum::registry
