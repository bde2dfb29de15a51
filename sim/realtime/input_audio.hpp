#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/tone.hpp"

namespace callosum::sim {

namespace json = boost::json;

enum class SpeechChange : std::uint8_t { started, stopped };

struct SpeechEvent {
  SpeechChange change;
  std::chrono::milliseconds
      at;  ///< audio_start_ms or audio_end_ms: from the first sample ever appended
};

/// The input buffer of one connection and its ear: speech is what is loud enough for long enough.
/// Forty milliseconds above the threshold begin it, `silence_duration_ms` below it end it.
class InputAudio {
 public:
  /// `turn_detection` null: nothing is detected. Returns what changed, in order.
  std::vector<SpeechEvent> append(std::span<const std::uint8_t> bytes, SoundFormat format,
                                  const json::object* turn_detection);
  /// What is buffered now, since the last commit or clear.
  std::chrono::milliseconds buffered() const { return total() - start_; }
  std::chrono::milliseconds total() const;
  bool is_speaking() const { return is_speaking_; }
  /// Empties the buffer; detection starts afresh.
  void clear();

 private:
  void hear_frame(double loudness, const json::object& turn_detection,
                  std::vector<SpeechEvent>& events);

  double total_ms_ = 0;
  std::chrono::milliseconds start_{0};
  std::vector<std::uint8_t> rest_;  ///< less than a frame
  std::chrono::milliseconds heard_{0};
  int loud_ms_ = 0;
  int quiet_ms_ = 0;
  bool is_speaking_ = false;
};

}  // namespace callosum::sim
