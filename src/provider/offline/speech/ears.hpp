#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "base/result.hpp"
#include "provider/offline/speech/decoder.hpp"
#include "provider/offline/speech/language.hpp"

namespace callosum::provider::offline::speech {

/// One utterance, heard twice. A grammar alone takes nearly any sentence for something it knows, so
/// it is believed only where a freer model hears much the same words. Where they differ, the freer
/// model's words count only when each of them is sure and fits the sound: another wording of what
/// is known, and not a stranger's sentence bent to it.
struct Heard {
  std::string grammar;      ///< the nearest sentence of the grammar; empty: none fits
  std::string trigram;      ///< the words as the freer model has them
  double agreement = 0;     ///< word similarity of the two, 0 to 1
  bool accepted = false;    ///< they agree: `grammar` is what was said
  bool words_sure = false;  ///< `trigram` is what was said, phrase or not
  /// Of the words of `trigram`, by which the grammar is judged too: a grammar's own mean nothing.
  realtime::Confidence confidence = {};

  bool understood() const { return accepted || words_sure; }
  /// What to go on with; empty when nothing was understood.
  const std::string& text() const;
};

/// The ears of one call: two decoders that get used to the caller. Blocking, about 0.06 s of CPU a
/// second of speech: call it from a worker thread, one call at a time.
class Ears {
 public:
  /// NOT_FOUND, naming the package, without the speech model.
  static Result<Ears> make(const Language& language, Band band);

  void start_utterance();
  /// 16 kHz. Beyond 30 s an utterance is no longer listened to.
  void feed(std::span<const std::int16_t> samples);
  Heard finish();

 private:
  Ears(Decoder grammar, Decoder trigram, Band band);

  Decoder grammar_;
  Decoder trigram_;
  Band band_;
  std::size_t fed_ = 0;
  bool listening_ = false;
};

}  // namespace callosum::provider::offline::speech
