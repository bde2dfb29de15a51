#include "provider/sound/audio_in.hpp"

#include "audio/g711.hpp"
#include "base/encoding.hpp"

namespace callosum::provider::sound {

Result<void> AudioIn::take(std::string_view base64, const std::string& format,
                           std::vector<std::int16_t>& out) {
  const auto decoded = decode_base64(base64, bytes_);
  if (!decoded) return decoded.error();
  const bool is_pcm = format == "audio/pcm";
  if (is_pcm && bytes_.size() % 2 != 0) {
    return fail(ErrorType::validation, "the audio ends in the middle of a sample");
  }
  if (format != format_) {
    auto made = audio::Resampler::make(is_pcm ? audio::kRealtimeRateHz : audio::kPhoneRateHz,
                                       audio::kSpeechRateHz);
    if (!made) return made.error();
    resampler_.emplace(std::move(*made));
    format_ = format;
  }
  samples_.clear();
  if (is_pcm) {
    for (std::size_t i = 0; i + 1 < bytes_.size(); i += 2) {
      samples_.push_back(static_cast<std::int16_t>(bytes_[i] | bytes_[i + 1] << 8));
    }
  } else if (format == "audio/pcmu") {
    audio::decode_mulaw(bytes_, samples_);
  } else {
    audio::decode_alaw(bytes_, samples_);
  }
  resampler_->process(samples_, out);
  return {};
}

Result<std::vector<std::uint8_t>> encode_speech(const audio::Pcm& pcm, const std::string& format) {
  const bool is_pcm = format == "audio/pcm";
  const auto scaled = audio::resample(pcm, is_pcm ? audio::kRealtimeRateHz : audio::kPhoneRateHz);
  if (!scaled) return scaled.error();
  std::vector<std::uint8_t> out;
  if (format == "audio/pcmu") {
    audio::encode_mulaw(scaled->samples, out);
  } else if (format == "audio/pcma") {
    audio::encode_alaw(scaled->samples, out);
  } else {
    out.reserve(scaled->samples.size() * 2);
    for (const auto sample : scaled->samples) {
      out.push_back(static_cast<std::uint8_t>(sample & 0xff));
      out.push_back(static_cast<std::uint8_t>(sample >> 8 & 0xff));
    }
  }
  return out;
}

std::size_t bytes_per_100_ms(const std::string& format) {
  return format == "audio/pcm" ? 2 * audio::kRealtimeRateHz / 10 : audio::kPhoneRateHz / 10;
}

}  // namespace callosum::provider::sound
