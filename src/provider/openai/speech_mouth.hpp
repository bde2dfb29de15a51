#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "async/time_source.hpp"
#include "audio/resampler.hpp"
#include "provider/cloud/connect_options.hpp"
#include "provider/mouth/mouth_wire.hpp"
#include "realtime/mouth.hpp"

namespace callosum::provider::openai {

/// The body of a request for the sound of some words: 24 kHz PCM (protocols §4.5).
std::string encode_speech_request(const std::string& model, const std::string& voice,
                                  std::string_view words);

/// That sound, cut anywhere, in a session's format. One a request: it resamples a stream.
class SpeechSound {
 public:
  explicit SpeechSound(std::string format);
  std::vector<std::uint8_t> take(std::string_view bytes);

 private:
  std::string format_;
  mouth::SampleJoiner joiner_{2};
  std::optional<audio::Resampler> resampler_;
};

struct SpeechOptions {
  cloud::CloudOptions service;  ///< https://api.openai.com/v1, our key, the model
  std::string voice;
};

/// `POST {url}/audio/speech`: a request for each piece of words, its sound as it comes. `time`
/// outlives it.
realtime::MakeMouth make_speech_mouth(SpeechOptions options, async::TimeSource& time);

}  // namespace callosum::provider::openai
