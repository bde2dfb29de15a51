#include "sim/gemini/ear.hpp"

#include <cmath>

namespace callosum::sim::gemini {
namespace {

constexpr Ms kFrame{20};

double loudness_of(std::span<const std::uint8_t> pcm) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < pcm.size(); i += 2) {
    const auto sample = static_cast<std::int16_t>(pcm[i] | (pcm[i + 1] << 8));
    sum += static_cast<double>(sample) * sample;
  }
  return pcm.size() < 2 ? 0 : std::sqrt(sum / static_cast<double>(pcm.size() / 2));
}

}  // namespace

std::vector<Activity> Ear::hear(std::span<const std::uint8_t> pcm, std::size_t rate_hz) {
  if (rate_hz != rate_hz_) rest_.clear();
  rate_hz_ = rate_hz;
  total_ms_ += static_cast<double>(pcm.size()) * 500 / static_cast<double>(rate_hz);
  rest_.insert(rest_.end(), pcm.begin(), pcm.end());
  const auto frame_bytes = rate_hz * static_cast<std::size_t>(kFrame.count()) / 1000 * 2;
  std::vector<Activity> changes;
  std::size_t used = 0;
  for (; rest_.size() - used >= frame_bytes; used += frame_bytes) {
    heard_ += kFrame;
    const bool is_changed = hear_frame(loudness_of(std::span(rest_).subspan(used, frame_bytes)));
    if (is_changed) changes.push_back({is_speaking_, heard_ - (is_speaking_ ? loud_ : Ms(0))});
  }
  rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(used));
  return changes;
}

bool Ear::hear_frame(double loudness) {
  if (!detection_.is_automatic) return false;
  const bool is_loud = loudness >= detection_.loudness;
  loud_ = is_loud ? loud_ + kFrame : Ms(0);
  quiet_ = is_loud ? Ms(0) : quiet_ + kFrame;
  const bool changes = is_speaking_ ? !is_loud && quiet_ >= detection_.silence
                                    : is_loud && loud_ >= detection_.onset;
  if (changes) is_speaking_ = !is_speaking_;
  return changes;
}

bool Ear::end_stream() {
  rest_.clear();
  loud_ = quiet_ = Ms(0);
  return std::exchange(is_speaking_, false);
}

}  // namespace callosum::sim::gemini
