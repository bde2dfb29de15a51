#pragma once

#include <filesystem>
#include <memory>

#include "provider/offline/speech_parts.hpp"
#include "registry/snapshot.hpp"

namespace callosum::provider::offline {

/// The real ears and mouth: pocketsphinx over the phrases of the loaded packs, and flite.
/// `cache_folder` keeps the compiled language between starts. An error names the package that is
/// missing.
Result<std::unique_ptr<SpeechParts>> make_flite_speech(const registry::Snapshot& snapshot,
                                                       const std::filesystem::path& cache_folder);

}  // namespace callosum::provider::offline
