#pragma once

#include <memory>

#include "provider/offline/brain.hpp"
#include "registry/snapshot.hpp"

namespace callosum::provider::offline {

/// No language model: understands the phrases of the loaded packs and speaks their reply templates;
/// asks back where nothing fits, and says of itself what it is. Keeps `snapshot`.
std::unique_ptr<Brain> make_phrase_brain(std::shared_ptr<const registry::Snapshot> snapshot);

}  // namespace callosum::provider::offline
