// The sound of speech that comes over HTTP.
#include <gmock/gmock.h>

#include "provider/openai/speech_mouth.hpp"

namespace callosum::provider::openai {
namespace {

TEST(SpeechSound, IsWholeSamplesWhereverItWasCut) {
  const std::string pcm(4800, '\1');  // 100 ms
  for (const std::size_t step : {1u, 7u, 4800u}) {
    for (const auto& [format, bytes] :
         {std::pair{"audio/pcm", 4800u}, {"audio/pcmu", 800u}, {"audio/pcma", 800u}}) {
      SpeechSound sound(format);
      std::size_t got = 0;
      for (std::size_t at = 0; at < pcm.size(); at += step) {
        got += sound.take(std::string_view(pcm).substr(at, step)).size();
      }
      EXPECT_NEAR(static_cast<double>(got), bytes, 2) << format << step;
    }
  }
}

TEST(SpeechRequest, AsksForPcmOfTheConfiguredVoice) {
  EXPECT_EQ(encode_speech_request("m", "alloy", "Say \"hi\"."),
            R"({"model":"m","voice":"alloy","input":"Say \"hi\".","response_format":"pcm"})");
}

}  // namespace
}  // namespace callosum::provider::openai
