#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "provider/offline/speech/language.hpp"
#include "realtime/confidence.hpp"

struct ps_decoder_s;

namespace callosum::provider::offline::speech {

/// What a caller's sound has been through, which decides where the decoder's cepstral mean starts.
enum class Band : std::uint8_t {
  wide,   ///< 16 kHz all the way: the model's own start
  phone,  ///< came as 8 kHz mu-law and was resampled
};

/// What a decoder made of an utterance.
struct Decoded {
  std::string text;  ///< words separated by single spaces; empty where nothing fits
  /// How much better any sounds at all would have fitted than these words: 0 best, about -2 for
  /// words that were said, -4.5 for words that were not. Natural logarithm a frame, so it does not
  /// depend on level or line.
  double fit = 0;
  /// Posterior probability of the least sure word, 0 to 1. Means nothing for a grammar.
  double least_sure = 0;
  /// The same of every word. Likewise.
  realtime::Confidence confidence = {};
};

/// One pocketsphinx decoder over one language. Its cepstral mean learns the caller's line from
/// utterance to utterance, so it belongs to one call and must never be shared. Blocking; one thread
/// at a time.
class Decoder {
 public:
  enum class Search : std::uint8_t { grammar, trigram };

  /// NOT_FOUND without the speech model, INTERNAL where pocketsphinx does not start.
  static Result<Decoder> make(const Language& language, Search search, Band band);

  void start();
  /// 16 kHz; best in pieces of 20 ms while the caller speaks.
  void feed(std::span<const std::int16_t> samples);
  Decoded finish();

 private:
  struct Free {
    void operator()(ps_decoder_s* decoder) const;
  };
  using Handle = std::unique_ptr<ps_decoder_s, Free>;

  explicit Decoder(Handle decoder);

  Handle decoder_;
};

}  // namespace callosum::provider::offline::speech
