#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace callosum::audio {

/// Cuts a stream that arrives in pieces of any size into frames of one size. Allocates only while
/// it grows.
class FrameCutter {
 public:
  static constexpr int kFrameMs = 20;

  explicit FrameCutter(int sample_rate_hz, int frame_ms = kFrameMs);

  void push(std::span<const std::int16_t> samples);
  /// The next whole frame, valid until the next call; empty when there is none.
  std::span<const std::int16_t> next();
  /// What is left, filled up with silence to a whole frame; empty when nothing is left.
  std::span<const std::int16_t> flush();

  std::size_t frame_samples() const { return frame_samples_; }
  std::size_t waiting() const { return buffer_.size() - read_; }
  void clear();

 private:
  std::size_t frame_samples_;
  std::vector<std::int16_t> buffer_;
  std::size_t read_ = 0;
};

}  // namespace callosum::audio
