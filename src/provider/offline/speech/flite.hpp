#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

/// What the product uses of the flite library, whose voices and lexicon are process-wide C
/// structures. Each voice is locked while it speaks; different voices speak side by side.
namespace callosum::provider::offline::speech::flite {

constexpr int kSampleRateHz = 16000;

/// kal16, slt, rms, awb.
const std::vector<std::string_view>& voice_names();

/// Returns false to stop.
using ChunkSink = std::function<bool(std::span<const std::int16_t>)>;

/// Speaks ASCII text, giving sound while it is made. VALIDATION for a voice that is not there.
Result<void> speak(const std::string& text, std::string_view voice, const ChunkSink& sink);

/// The phones of one lower-case word, from the lexicon or by letter-to-sound rules: "b", "r",
/// "ax0".
std::vector<std::string> phones_of(const std::string& word);

}  // namespace callosum::provider::offline::speech::flite
