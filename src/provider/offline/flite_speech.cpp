#include "provider/offline/flite_speech.hpp"

#include <map>
#include <mutex>
#include <optional>

#include "provider/offline/speech/ears.hpp"
#include "provider/offline/speech/language.hpp"
#include "provider/offline/speech/mouth.hpp"

namespace callosum::provider::offline {
namespace {

constexpr std::string_view kDefaultVoice = "slt";

class SphinxListener final : public Listener {
 public:
  explicit SphinxListener(speech::Ears ears) : ears_(std::move(ears)) {}
  Result<void> start() override {
    ears_.start_utterance();
    return {};
  }
  void feed(std::span<const std::int16_t> samples) override { ears_.feed(samples); }
  Utterance finish() override {
    const auto heard = ears_.finish();
    // Below the gate the words are still worth showing, never worth acting upon.
    return {heard.understood() ? heard.text() : heard.trigram, heard.understood(),
            heard.confidence};
  }

 private:
  speech::Ears ears_;
};

class FliteSpeech final : public SpeechParts {
 public:
  explicit FliteSpeech(speech::Language language) : language_(std::move(language)) {}

  Result<std::unique_ptr<Listener>> make_listener(bool phone_band) override {
    auto ears =
        speech::Ears::make(language_, phone_band ? speech::Band::phone : speech::Band::wide);
    if (!ears) return ears.error();
    std::unique_ptr<Listener> listener = std::make_unique<SphinxListener>(std::move(*ears));
    return listener;
  }

  Result<audio::Pcm> speak(std::string_view text, std::string_view voice) override {
    const auto* mouth = find_mouth(voice);
    if (!mouth) mouth = find_mouth(kDefaultVoice);  // a client's own name for a voice
    if (!mouth)
      return fail(ErrorType::permanent, "the offline voice is not installed (package flite)");
    return mouth->speak(text);
  }

 private:
  const speech::Mouth* find_mouth(std::string_view voice) {
    const std::lock_guard lock(mutex_);
    const auto at = mouths_.find(voice);
    if (at != mouths_.end()) return &at->second;
    auto made = speech::Mouth::make(voice);
    if (!made) return nullptr;
    return &mouths_.emplace(std::string(voice), std::move(*made)).first->second;
  }

  speech::Language language_;
  std::mutex mutex_;
  std::map<std::string, speech::Mouth, std::less<>> mouths_;
};

}  // namespace

Result<std::unique_ptr<SpeechParts>> make_flite_speech(const registry::Snapshot& snapshot,
                                                       const std::filesystem::path& cache_folder) {
  speech::PhraseSet set;
  for (const auto& pack : snapshot.packs()) {
    for (const auto& [slot, words] : pack.slots) {
      auto& all = set.slots[slot];
      all.insert(all.end(), words.begin(), words.end());
    }
  }
  for (const auto& tool : snapshot.tools()) {
    set.phrases.insert(set.phrases.end(), tool.phrases.begin(), tool.phrases.end());
  }
  auto language = speech::build_language(set, cache_folder);
  if (!language) return language.error();
  std::unique_ptr<SpeechParts> speech = std::make_unique<FliteSpeech>(std::move(*language));
  return speech;
}

}  // namespace callosum::provider::offline
