#include "provider/offline/speech/decoder.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <pocketsphinx/pocketsphinx.h>
#include <sphinxbase/cmn.h>
#include <sphinxbase/err.h>
#include <string_view>

namespace callosum::provider::offline::speech {
namespace {

/// Mean of the phone band for speech with a peak of -3 dB. The model starts from 16 kHz recordings;
/// this band has no upper half, and until the mean has found that out, every utterance of a call is
/// misheard. The option -cmninit has no effect: the model's own parameters override it.
constexpr std::array<float, 13> kPhoneBandMean = {
    45.4F, 23.2F, -32.0F, 45.0F, -22.8F, 0.5F, 11.4F, -28.7F, 15.1F, -13.6F, 2.1F, 9.9F, -14.5F};

/// Wider than the decoder's defaults: with small languages it costs a tenth more CPU, and the first
/// utterance of a call, while the mean is still finding its place, is not pruned away.
constexpr const char* kBeam = "1e-70";
constexpr const char* kWordBeam = "1e-45";

/// Scores are logarithms to the base 1.0001.
constexpr double kLogUnit = 1e-4;

/// "<sil>", "[NOISE]": sounds between the words.
bool is_filler(std::string_view word) { return word.starts_with('<') || word.starts_with('['); }

/// The decoder is very talkative; what matters comes back as values.
void silence_log() {
  static std::once_flag once;
  std::call_once(once, [] { err_set_logfp(nullptr); });
}

struct FreeConfig {
  void operator()(cmd_ln_t* config) const { cmd_ln_free_r(config); }
};
using Config = std::unique_ptr<cmd_ln_t, FreeConfig>;

Config make_config(const Language& language, Decoder::Search search) {
  const std::string acoustic = (language.model_folder / "en-us").string();
  const bool grammar = search == Decoder::Search::grammar;
  const std::string words = (grammar ? language.grammar : language.trigram).string();
  return Config(cmd_ln_init(nullptr, ps_args(), 1, "-hmm", acoustic.c_str(), "-dict",
                            language.dictionary.c_str(), grammar ? "-jsgf" : "-lm", words.c_str(),
                            "-beam", kBeam, "-pbeam", kBeam, "-wbeam", kWordBeam, nullptr));
}

}  // namespace

void Decoder::Free::operator()(ps_decoder_s* decoder) const { ps_free(decoder); }

Decoder::Decoder(Handle decoder) : decoder_(std::move(decoder)) {}

Result<Decoder> Decoder::make(const Language& language, Search search, Band band) {
  silence_log();
  if (!std::filesystem::exists(language.model_folder / "en-us" / "mdef")) {
    return fail(ErrorType::not_found, "no speech model in " + language.model_folder.string() +
                                          ": install the package pocketsphinx-en-us");
  }
  const Config config = make_config(language, search);
  Handle handle(config ? ps_init(config.get()) : nullptr);
  if (!handle) {
    return fail(ErrorType::internal, "the speech recogniser does not start",
                language.dictionary.string());
  }
  if (band == Band::phone) {
    std::array<mfcc_t, kPhoneBandMean.size()> mean{};
    std::copy(kPhoneBandMean.begin(), kPhoneBandMean.end(), mean.begin());
    cmn_live_set(ps_get_feat(handle.get())->cmn_struct, mean.data());
  }
  return Decoder(std::move(handle));
}

void Decoder::start() { ps_start_utt(decoder_.get()); }

void Decoder::feed(std::span<const std::int16_t> samples) {
  if (!samples.empty()) ps_process_raw(decoder_.get(), samples.data(), samples.size(), 0, 0);
}

Decoded Decoder::finish() {
  ps_end_utt(decoder_.get());
  const char* text = ps_get_hyp(decoder_.get(), nullptr);
  if (text == nullptr) return {};
  Decoded decoded{.text = text};
  ps_get_prob(decoder_.get());  // fills in the posteriors of the words
  double acoustic = 0;
  double frames = 0;
  double least_sure = 0;
  for (ps_seg_t* word = ps_seg_iter(decoder_.get()); word != nullptr; word = ps_seg_next(word)) {
    if (is_filler(ps_seg_word(word))) continue;
    int first = 0;
    int last = 0;
    int32 score = 0;
    ps_seg_frames(word, &first, &last);
    const double sure = std::min(0.0, kLogUnit * ps_seg_prob(word, &score, nullptr, nullptr));
    decoded.confidence.add(std::exp(sure));
    least_sure = std::min(least_sure, sure);
    acoustic += kLogUnit * score;
    frames += last - first + 1;
  }
  decoded.fit = frames > 0 ? acoustic / frames : 0;
  decoded.least_sure = std::exp(least_sure);
  return decoded;
}

}  // namespace callosum::provider::offline::speech
