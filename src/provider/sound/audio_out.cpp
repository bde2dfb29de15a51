#include "provider/sound/audio_out.hpp"

#include <algorithm>

#include "audio/g711.hpp"
#include "base/encoding.hpp"

namespace callosum::provider::sound {
namespace {

void encode(std::span<const std::int16_t> samples, const std::string& format,
            std::vector<std::uint8_t>& out) {
  out.clear();
  if (format == "audio/pcmu") return audio::encode_mulaw(samples, out);
  if (format == "audio/pcma") return audio::encode_alaw(samples, out);
  for (const auto sample : samples) {
    out.push_back(static_cast<std::uint8_t>(sample & 0xff));
    out.push_back(static_cast<std::uint8_t>(sample >> 8 & 0xff));
  }
}

}  // namespace

bool is_base64(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '+' ||
           c == '/' || c == '=';
  });
}

Result<void> AudioOut::take(std::string_view base64, int rate_hz, const std::string& format,
                            std::string& out) {
  const bool is_pcm = format == "audio/pcm";
  if (is_pcm && rate_hz == audio::kRealtimeRateHz) {
    if (!is_base64(base64)) return fail(ErrorType::validation, "the audio is not base64");
    out += base64;
    return {};
  }
  const auto decoded = decode_base64(base64, bytes_);
  if (!decoded) return decoded.error();
  if (bytes_.size() % 2 != 0) {
    return fail(ErrorType::validation, "the audio ends in the middle of a sample");
  }
  const int to_hz = is_pcm ? audio::kRealtimeRateHz : audio::kPhoneRateHz;
  if (!resampler_ || resampler_->from_hz() != rate_hz || resampler_->to_hz() != to_hz) {
    auto made = audio::Resampler::make(rate_hz, to_hz);
    if (!made) return made.error();
    resampler_.emplace(std::move(*made));
  }
  samples_.clear();
  for (std::size_t i = 0; i + 1 < bytes_.size(); i += 2) {
    samples_.push_back(static_cast<std::int16_t>(bytes_[i] | bytes_[i + 1] << 8));
  }
  scaled_.clear();
  resampler_->process(samples_, scaled_);
  encode(scaled_, format, bytes_);
  append_base64(bytes_, out);
  return {};
}

}  // namespace callosum::provider::sound
