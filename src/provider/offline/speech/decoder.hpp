#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>

#include "base/result.hpp"
#include "provider/offline/speech/language.hpp"

struct ps_decoder_s;

namespace callosum::provider::offline::speech {

/// What a caller's sound has been through, which decides where the decoder's cepstral mean starts.
enum class Band : std::uint8_t {
  wide,   ///< 16 kHz all the way: the model's own start
  phone,  ///< came as 8 kHz mu-law and was resampled
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
  /// The words heard, separated by single spaces; empty where nothing fits.
  std::string finish();

 private:
  struct Free {
    void operator()(ps_decoder_s* decoder) const;
  };
  using Handle = std::unique_ptr<ps_decoder_s, Free>;

  explicit Decoder(Handle decoder);

  Handle decoder_;
};

}  // namespace callosum::provider::offline::speech
