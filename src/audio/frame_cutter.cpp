#include "audio/frame_cutter.hpp"

#include <algorithm>

#include "audio/pcm.hpp"

namespace callosum::audio {

FrameCutter::FrameCutter(int sample_rate_hz, int frame_ms)
    : frame_samples_(std::max<std::size_t>(1, samples_in(frame_ms, sample_rate_hz))) {}

void FrameCutter::push(std::span<const std::int16_t> samples) {
  if (read_ > 0) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(read_));
    read_ = 0;
  }
  buffer_.insert(buffer_.end(), samples.begin(), samples.end());
}

std::span<const std::int16_t> FrameCutter::next() {
  if (waiting() < frame_samples_) return {};
  const std::span frame(buffer_.data() + read_, frame_samples_);
  read_ += frame_samples_;
  return frame;
}

std::span<const std::int16_t> FrameCutter::flush() {
  if (waiting() == 0) return {};
  buffer_.resize(read_ + std::max(waiting(), frame_samples_), 0);
  return next();
}

void FrameCutter::clear() {
  buffer_.clear();
  read_ = 0;
}

}  // namespace callosum::audio
