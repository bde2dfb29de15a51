#include "provider/offline/speech/ears.hpp"

#include <algorithm>
#include <utility>

#include "audio/pcm.hpp"
#include "provider/offline/speech/words.hpp"

namespace callosum::provider::offline::speech {
namespace {

constexpr double kBelieved = 0.5;  // agreement, where the words are sure as well
constexpr double kBelievedUnsure =
    0.58;                        // a stranger's sentence lies below, a mumbled phrase above
constexpr double kAlike = 0.75;  // below this two sure hearings are two sentences

/// Where the words of a sentence made of known words part from those of one that is not.
struct Sureness {
  double fit;
  double least_sure;
};
constexpr Sureness kWide{.fit = -3.8, .least_sure = 0.13};
constexpr Sureness kPhone{.fit = -4.0, .least_sure = 0.05};

bool is_sure(const Decoded& decoded, Band band) {
  const Sureness& limit = band == Band::phone ? kPhone : kWide;
  return decoded.fit >= limit.fit && decoded.least_sure >= limit.least_sure;
}

constexpr std::size_t kPiece = 320;               // 20 ms: searched while the caller speaks
constexpr std::size_t kShortest = 16 * 200;       // 200 ms; less is a click
constexpr std::size_t kLongest = 16 * 30 * 1000;  // 30 s

}  // namespace

const std::string& Heard::text() const {
  static const std::string kNothing;
  if (accepted && (agreement >= kAlike || !words_sure)) return grammar;
  return words_sure ? trigram : kNothing;
}

Ears::Ears(Decoder grammar, Decoder trigram, Band band)
    : grammar_(std::move(grammar)), trigram_(std::move(trigram)), band_(band) {}

Result<Ears> Ears::make(const Language& language, Band band) {
  auto grammar = Decoder::make(language, Decoder::Search::grammar, band);
  if (!grammar) return grammar.error();
  auto trigram = Decoder::make(language, Decoder::Search::trigram, band);
  if (!trigram) return trigram.error();
  return Ears(std::move(*grammar), std::move(*trigram), band);
}

void Ears::start_utterance() {
  if (listening_) finish();
  grammar_.start();
  trigram_.start();
  fed_ = 0;
  listening_ = true;
}

void Ears::feed(std::span<const std::int16_t> samples) {
  if (!listening_) return;
  samples = samples.first(std::min(samples.size(), kLongest - fed_));
  fed_ += samples.size();
  while (!samples.empty()) {
    const auto piece = samples.first(std::min(samples.size(), kPiece));
    grammar_.feed(piece);
    trigram_.feed(piece);
    samples = samples.subspan(piece.size());
  }
}

Heard Ears::finish() {
  if (!std::exchange(listening_, false)) return {};
  const Decoded nearest = grammar_.finish();
  const Decoded words = trigram_.finish();
  Heard heard{.grammar = nearest.text, .trigram = words.text};
  heard.confidence = words.confidence;
  if (words.text.empty() || fed_ < kShortest) return heard;
  heard.words_sure = is_sure(words, band_);
  if (nearest.text.empty()) return heard;
  heard.agreement = word_similarity(nearest.text, words.text);
  heard.accepted = heard.agreement >= (heard.words_sure ? kBelieved : kBelievedUnsure);
  return heard;
}

}  // namespace callosum::provider::offline::speech
