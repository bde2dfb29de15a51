#include "sim/twilio/sound.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <numbers>

#include "audio/wav.hpp"
#include "sim/tone.hpp"

namespace callosum::sim::twilio {
namespace {

constexpr int kRateHz = 8000;
constexpr std::uint8_t kSilence = 0xff;
/// Mean square of a frame at about -40 dBFS.
constexpr double kAudible = 330.0 * 330.0;

bool is_frame_audible(std::span<const std::uint8_t> frame) {
  double sum = 0;
  for (const auto byte : frame) {
    const double sample = decode_ulaw(byte);
    sum += sample * sample;
  }
  return sum >= kAudible * static_cast<double>(frame.size());
}

}  // namespace

std::uint8_t encode_ulaw(std::int16_t sample) {
  const int value = sample;
  const int sign = value < 0 ? 0x80 : 0;
  const int magnitude = std::min(std::abs(value), 32635) + 132;
  const int segment = std::bit_width(static_cast<unsigned>(magnitude)) - 8;
  const int step = (magnitude >> (segment + 3)) & 0x0f;
  return static_cast<std::uint8_t>(~(sign | segment << 4 | step));
}

bool is_audible(std::span<const std::uint8_t> ulaw) {
  for (; !ulaw.empty(); ulaw = ulaw.subspan(std::min(kFrameBytes, ulaw.size()))) {
    if (is_frame_audible(ulaw.first(std::min(kFrameBytes, ulaw.size())))) return true;
  }
  return false;
}

std::span<const std::uint8_t> silent_frame() {
  static const auto kFrame = [] {
    std::array<std::uint8_t, kFrameBytes> frame{};
    frame.fill(kSilence);
    return frame;
  }();
  return kFrame;
}

Result<std::shared_ptr<const Utterance>> make_utterance(std::string name,
                                                        std::vector<std::uint8_t> ulaw) {
  while (ulaw.size() % kFrameBytes != 0) ulaw.push_back(kSilence);
  auto out = std::make_shared<Utterance>();
  out->name = std::move(name);
  out->sound = std::move(ulaw);
  bool is_heard = false;
  for (std::size_t i = 0; i < out->frames(); ++i) {
    if (!is_frame_audible(out->frame(i))) continue;
    out->last_voiced = i;
    is_heard = true;
  }
  if (!is_heard) return fail(ErrorType::validation, out->name + ": nothing to be heard in it");
  return std::shared_ptr<const Utterance>(std::move(out));
}

Result<std::shared_ptr<const Utterance>> load_utterance(const std::string& path) {
  const auto pcm = audio::read_wav(path, kRateHz);
  if (!pcm) return pcm.error();
  std::vector<std::uint8_t> ulaw;
  for (const auto sample : pcm->samples) ulaw.push_back(encode_ulaw(sample));
  return make_utterance(path, std::move(ulaw));
}

std::shared_ptr<const Utterance> make_tone(std::chrono::milliseconds length) {
  std::vector<std::uint8_t> ulaw;
  const auto samples = std::max<std::int64_t>(length.count(), 20) * kRateHz / 1000;
  for (std::int64_t i = 0; i < samples; ++i) {
    const double phase = 2 * std::numbers::pi * 300 * static_cast<double>(i) / kRateHz;
    ulaw.push_back(encode_ulaw(static_cast<std::int16_t>(std::lround(8000 * std::sin(phase)))));
  }
  return *make_utterance("tone of " + std::to_string(length.count()) + " ms", std::move(ulaw));
}

}  // namespace callosum::sim::twilio
