#include "app/wiring_speech.hpp"

#include <array>
#include <span>

#include "async/blocking_pool.hpp"
#include "net/tls.hpp"
#include "provider/cartesia/cartesia_mouth.hpp"
#include "provider/cloud/kept_line.hpp"
#include "provider/deepgram/deepgram_ears.hpp"
#include "provider/deepgram/deepgram_mouth.hpp"
#include "provider/elevenlabs/elevenlabs_mouth.hpp"
#include "provider/offline/flite_speech.hpp"
#include "provider/offline/offline_ears.hpp"
#include "provider/offline/offline_mouth.hpp"
#include "provider/offline/voices.hpp"
#include "provider/openai/speech_mouth.hpp"

namespace callosum::app {
namespace {

using provider::cloud::CloudOptions;

/// What a row makes its ears or its mouth of.
struct SpeechSource {
  Parts& parts;
  const std::shared_ptr<const registry::Snapshot>& snapshot;
  const std::string& name;  ///< in the configuration
  const config::SpeechConfig& config;
};

Result<CloudOptions> cloud_options(const SpeechSource& source, const std::string& model) {
  const auto& config = source.config;
  auto tls = net::make_client_tls(config.ca_file);
  if (!tls) return tls.error();
  const bool is_remote = config.url.starts_with("wss:") || config.url.starts_with("https:");
  if (config.key.empty() && is_remote) {
    return fail(ErrorType::validation, "speech." + source.name + ".key_env: the variable " +
                                           config.key_env +
                                           " holds no key; set it, or use offline");
  }
  return CloudOptions{config.url, config.key, model, *tls, source.parts.queue_budget};
}

provider::mouth::SocketMouthParts socket_parts(const SpeechSource& source) {
  return {source.parts.time, provider::cloud::make_dial(source.parts.time)};
}

Result<std::shared_ptr<provider::offline::SpeechParts>> offline_speech(const SpeechSource& source) {
  auto speech =
      provider::offline::make_flite_speech(*source.snapshot, source.parts.config.data + "/speech");
  if (!speech) return speech.error();
  return std::shared_ptr<provider::offline::SpeechParts>(std::move(*speech));
}

std::shared_ptr<async::BlockingPool> speech_threads() {
  return std::make_shared<async::BlockingPool>(2, 4096);
}

Result<realtime::MakeEars> offline_ears(const SpeechSource& source) {
  auto speech = offline_speech(source);
  if (!speech) return speech.error();
  return provider::offline::make_offline_ears(
      {source.parts.time, speech_threads(), std::move(*speech)});
}

Result<realtime::MakeMouth> offline_mouth(const SpeechSource& source) {
  const auto& voice = source.config.voice;
  if (!voice.empty() && provider::offline::find_voice(voice).empty()) {
    return fail(ErrorType::validation, "speech." + source.name + ".voice: there is no voice " +
                                           voice + "; " + provider::offline::voices_there_are());
  }
  auto speech = offline_speech(source);
  if (!speech) return speech.error();
  return provider::offline::make_offline_mouth({source.parts.time, speech_threads(),
                                                std::move(*speech),
                                                std::string(provider::offline::find_voice(voice))});
}

Result<realtime::MakeMouth> deepgram_mouth(const SpeechSource& source) {
  auto options = cloud_options(source, source.config.voice);
  if (!options) return options.error();
  return provider::deepgram::make_deepgram_mouth(std::move(*options), socket_parts(source));
}

Result<std::string> voice_of(const SpeechSource& source) {
  if (!source.config.voice.empty()) return source.config.voice;
  return fail(ErrorType::validation,
              "speech." + source.name + ".voice: needed: the id of the voice that speaks");
}

Result<realtime::MakeMouth> elevenlabs_mouth(const SpeechSource& source) {
  auto options = cloud_options(source, source.config.model);
  if (!options) return options.error();
  auto voice = voice_of(source);
  if (!voice) return voice.error();
  return provider::elevenlabs::make_elevenlabs_mouth(
      {std::move(*options), std::move(*voice), source.config.language}, socket_parts(source));
}

Result<realtime::MakeMouth> cartesia_mouth(const SpeechSource& source) {
  auto options = cloud_options(source, source.config.model);
  if (!options) return options.error();
  auto voice = voice_of(source);
  if (!voice) return voice.error();
  return provider::cartesia::make_cartesia_mouth(
      {std::move(*options), std::move(*voice), source.config.language}, socket_parts(source));
}

Result<realtime::MakeMouth> openai_mouth(const SpeechSource& source) {
  auto options = cloud_options(source, source.config.model);
  if (!options) return options.error();
  auto voice = voice_of(source);
  if (!voice) return voice.error();
  return provider::openai::make_speech_mouth({std::move(*options), std::move(*voice)},
                                             source.parts.time);
}

Result<realtime::MakeEars> deepgram_ears(const SpeechSource& source) {
  const auto& config = source.config;
  auto options = cloud_options(source, config.model);
  if (!options) return options.error();
  provider::deepgram::ListenOptions listen{std::move(*options), config.language, config.keyterms,
                                           config.turn_ms};
  const auto checked = provider::deepgram::check(listen);
  if (!checked) {
    return fail(ErrorType::validation, "speech." + source.name + "." + checked.error().message);
  }
  auto& time = source.parts.time;
  return provider::deepgram::make_deepgram_ears(std::move(listen),
                                                {time, provider::cloud::make_dial(time)});
}

template <class Make>
struct Row {
  std::string_view kind;
  Result<Make> (*make)(const SpeechSource&);
};
constexpr std::array kEars{
    Row<realtime::MakeEars>{"offline", offline_ears},
    Row<realtime::MakeEars>{"deepgram", deepgram_ears},
};
constexpr std::array kMouths{
    Row<realtime::MakeMouth>{"offline", offline_mouth},
    Row<realtime::MakeMouth>{"deepgram", deepgram_mouth},
    Row<realtime::MakeMouth>{"elevenlabs", elevenlabs_mouth},
    Row<realtime::MakeMouth>{"cartesia", cartesia_mouth},
    Row<realtime::MakeMouth>{"openai", openai_mouth},
};

template <class Make, std::size_t kRows>
Result<Make> make_speech(const std::array<Row<Make>, kRows>& rows, const SpeechSource& source,
                         std::string_view does) {
  const auto& kind = source.config.kind.empty() ? source.name : source.config.kind;
  std::string known;
  for (const auto& row : rows) {
    if (row.kind == kind) return row.make(source);
    known += (known.empty() ? "" : ", ") + std::string(row.kind);
  }
  return fail(ErrorType::not_found, "speech." + source.name + ": nothing of kind " + kind + " " +
                                        std::string(does) + "; there are " + known);
}

Result<const config::SpeechConfig*> find_speech(const Parts& parts, const std::string& name) {
  const auto found = parts.config.speech.find(name);
  if (found != parts.config.speech.end()) return &found->second;
  return fail(ErrorType::not_found, "there is no speech." + name);
}

}  // namespace

Result<realtime::MakeEars> make_ears(Parts& parts,
                                     const std::shared_ptr<const registry::Snapshot>& snapshot,
                                     const std::string& name) {
  const auto config = find_speech(parts, name);
  if (!config) return config.error();
  return make_speech(kEars, {parts, snapshot, name, **config}, "hears");
}

Result<realtime::MakeMouth> make_mouth(Parts& parts,
                                       const std::shared_ptr<const registry::Snapshot>& snapshot,
                                       const std::string& name) {
  const auto config = find_speech(parts, name);
  if (!config) return config.error();
  return make_speech(kMouths, {parts, snapshot, name, **config}, "speaks");
}

}  // namespace callosum::app
