#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "audio/pcm.hpp"
#include "base/result.hpp"

namespace callosum::provider::offline::speech {

/// The mouth: flite with one of its 16 kHz voices. Blocking (slt, rms, awb: first sound after about
/// 40 ms, 13 ms of CPU a second of speech); call it from worker threads, any number at once; one
/// voice speaks for one at a time.
class Mouth {
 public:
  /// kal16, slt, rms or awb; VALIDATION, with the names, otherwise.
  static Result<Mouth> make(std::string_view voice);

  /// The whole text as 16 kHz sound; empty for a text without a word.
  Result<audio::Pcm> speak(std::string_view text) const;

  /// The same in pieces of about 25 ms, while it is made. The receiver returns false to stop (the
  /// caller interrupts).
  Result<void> speak(std::string_view text,
                     const std::function<bool(std::span<const std::int16_t>)>& receiver) const;

  const std::string& voice() const { return voice_; }

 private:
  explicit Mouth(std::string voice);

  std::string voice_;
};

}  // namespace callosum::provider::offline::speech
