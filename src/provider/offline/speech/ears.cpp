#include "provider/offline/speech/ears.hpp"

#include <algorithm>
#include <utility>

#include "audio/pcm.hpp"
#include "provider/offline/speech/words.hpp"

namespace callosum::provider::offline::speech {
namespace {

constexpr double kBelieved = 0.5;
constexpr std::size_t kPiece = 320;               // 20 ms: searched while the caller speaks
constexpr std::size_t kShortest = 16 * 200;       // 200 ms; less is a click
constexpr std::size_t kLongest = 16 * 30 * 1000;  // 30 s

}  // namespace

Ears::Ears(Decoder grammar, Decoder trigram)
    : grammar_(std::move(grammar)), trigram_(std::move(trigram)) {}

Result<Ears> Ears::make(const Language& language, Band band) {
  auto grammar = Decoder::make(language, Decoder::Search::grammar, band);
  if (!grammar) return grammar.error();
  auto trigram = Decoder::make(language, Decoder::Search::trigram, band);
  if (!trigram) return trigram.error();
  return Ears(std::move(*grammar), std::move(*trigram));
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
  Heard heard{.grammar = grammar_.finish(), .trigram = trigram_.finish()};
  if (heard.grammar.empty() || heard.trigram.empty() || fed_ < kShortest) return heard;
  heard.agreement = word_similarity(heard.grammar, heard.trigram);
  heard.accepted = heard.agreement >= kBelieved;
  return heard;
}

}  // namespace callosum::provider::offline::speech
