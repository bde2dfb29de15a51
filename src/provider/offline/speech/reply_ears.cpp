#include "provider/offline/speech/reply_ears.hpp"

#include <utility>

#include "audio/resampler.hpp"
#include "base/text.hpp"
#include "provider/offline/speech/vad.hpp"

namespace callosum::provider::offline::speech {
namespace {

/// Feeds each utterance to the decoder and collects what it made of it.
class Collect final : public VadSink {
 public:
  explicit Collect(Decoder& decoder) : decoder_(decoder) {}

  void speech_started(std::uint64_t) override { decoder_.start(); }
  void speech(std::span<const std::int16_t> samples) override { decoder_.feed(samples); }
  void speech_stopped(std::uint64_t) override {
    if (std::string words = decoder_.finish().text; !words.empty())
      heard_.push_back(std::move(words));
  }

  std::string text() const { return join(heard_, " "); }

 private:
  Decoder& decoder_;
  std::vector<std::string> heard_;
};

}  // namespace

ReplyEars::ReplyEars(Language language, Band band) : language_(std::move(language)), band_(band) {}

Result<ReplyEars> ReplyEars::make(const std::vector<std::string>& sentences,
                                  const std::filesystem::path& cache_folder, Band band) {
  auto language = build_sentence_language(sentences, cache_folder);
  if (!language) return language.error();
  return ReplyEars(std::move(*language), band);
}

Result<std::string> ReplyEars::hear(const audio::Pcm& reply) const {
  auto pcm = audio::resample(reply, audio::kSpeechRateHz);
  if (!pcm) return pcm.error();
  auto decoder = Decoder::make(language_, Decoder::Search::trigram, band_);
  if (!decoder) return decoder.error();
  auto vad = Vad::make();
  if (!vad) return vad.error();
  Collect collect(*decoder);
  vad->push(pcm->samples, collect);
  vad->finish(collect);
  return collect.text();
}

}  // namespace callosum::provider::offline::speech
