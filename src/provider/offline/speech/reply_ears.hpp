#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "audio/pcm.hpp"
#include "base/result.hpp"
#include "provider/offline/speech/decoder.hpp"
#include "provider/offline/speech/language.hpp"

namespace callosum::provider::offline::speech {

/// Hears the gateway's own replies again, with a trigram of the sentences that may come: how one
/// checks, without looking at the text, that a spoken answer holds its fact.
class ReplyEars {
 public:
  /// `sentences`: answer templates filled with the data, as written. `band` is how the reply
  /// travelled.
  static Result<ReplyEars> make(const std::vector<std::string>& sentences,
                                const std::filesystem::path& cache_folder, Band band = Band::wide);

  /// The words heard in a recording of any rate, as spoken_words() writes them. Long recordings are
  /// cut at pauses. Hears twice: about 0.2 s of CPU a second of speech.
  Result<std::string> hear(const audio::Pcm& reply) const;

 private:
  ReplyEars(Language language, Band band);

  Language language_;
  Band band_;
};

}  // namespace callosum::provider::offline::speech
