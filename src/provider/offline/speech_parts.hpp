#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "audio/pcm.hpp"
#include "base/result.hpp"
#include "realtime/confidence.hpp"

namespace callosum::provider::offline {

/// What the ears made of one utterance.
struct Utterance {
  std::string text;
  bool is_accepted = false;  ///< both recognisers agree: it may be acted upon
  realtime::Confidence confidence = {};
};

/// Recognises one caller's utterances, one after the other. Blocks: used on a worker thread, by one
/// at a time.
class Listener {
 public:
  virtual ~Listener() = default;
  virtual Result<void> start() = 0;
  virtual void feed(std::span<const std::int16_t> samples) = 0;  ///< 16 kHz
  virtual Utterance finish() = 0;
};

/// Ears and mouth of the offline voice. Shared by all sessions and threads.
class SpeechParts {
 public:
  virtual ~SpeechParts() = default;
  /// `phone_band`: the audio came through 8 kHz.
  virtual Result<std::unique_ptr<Listener>> make_listener(bool phone_band) = 0;
  /// 16 kHz. Blocks.
  virtual Result<audio::Pcm> speak(std::string_view text, std::string_view voice) = 0;
};

}  // namespace callosum::provider::offline
