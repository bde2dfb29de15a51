#include "app/call/call_sound.hpp"

#include "audio/g711.hpp"
#include "audio/pcm.hpp"
#include "base/encoding.hpp"

namespace callosum::app {

int CallSound::rate_hz() const { return is_phone_ ? audio::kPhoneRateHz : audio::kRealtimeRateHz; }

const std::string& CallSound::encode(std::span<const std::int16_t> samples) {
  bytes_.clear();
  if (is_phone_) {
    audio::encode_mulaw(samples, bytes_);
  } else {
    for (const auto sample : samples) {
      bytes_.push_back(static_cast<std::uint8_t>(sample & 0xff));
      bytes_.push_back(static_cast<std::uint8_t>(sample >> 8 & 0xff));
    }
  }
  event_ = R"({"type":"input_audio_buffer.append","audio":")";
  append_base64(bytes_, event_);
  event_ += "\"}";
  return event_;
}

void CallSound::decode(std::string_view base64, std::vector<std::int16_t>& samples) {
  if (!decode_base64(base64, bytes_)) return;
  if (is_phone_) {
    audio::decode_mulaw(bytes_, samples);
    return;
  }
  for (std::size_t i = 0; i + 1 < bytes_.size(); i += 2) {
    samples.push_back(static_cast<std::int16_t>(bytes_[i] | bytes_[i + 1] << 8));
  }
}

}  // namespace callosum::app
