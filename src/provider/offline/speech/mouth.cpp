#include "provider/offline/speech/mouth.hpp"

#include <algorithm>

#include "provider/offline/speech/flite.hpp"
#include "provider/offline/speech/words.hpp"

namespace callosum::provider::offline::speech {
namespace {

// About three minutes of speech. A model that talks on must not hold the voice for ever.
constexpr std::size_t kLongestText = 3000;

}  // namespace

Mouth::Mouth(std::string voice) : voice_(std::move(voice)) {}

Result<Mouth> Mouth::make(std::string_view voice) {
  const auto& names = flite::voice_names();
  if (std::find(names.begin(), names.end(), voice) == names.end()) {
    return fail(ErrorType::validation,
                "no voice \"" + std::string(voice) + "\": expected kal16, slt, rms or awb");
  }
  return Mouth(std::string(voice));
}

Result<audio::Pcm> Mouth::speak(std::string_view text) const {
  audio::Pcm pcm{.samples = {}, .sample_rate_hz = flite::kSampleRateHz};
  auto done = speak(text, [&pcm](std::span<const std::int16_t> samples) {
    pcm.samples.insert(pcm.samples.end(), samples.begin(), samples.end());
    return true;
  });
  if (!done) return done.error();
  return pcm;
}

Result<void> Mouth::speak(
    std::string_view text,
    const std::function<bool(std::span<const std::int16_t>)>& receiver) const {
  if (text.size() > kLongestText) {
    return fail(ErrorType::validation,
                "the text is too long to speak: expected at most 3000 bytes");
  }
  if (words_of(text).empty()) return {};
  return flite::speak(spell_out(text), voice_, receiver);
}

}  // namespace callosum::provider::offline::speech
