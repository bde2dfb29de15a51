#include "sim/realtime/input_audio.hpp"

#include <algorithm>

#include "base/json.hpp"
#include "sim/loudness.hpp"

namespace callosum::sim {
namespace {

constexpr int kFrameMs = 20;
constexpr int kOnsetMs = 40;
/// Root mean square at which `threshold` 0.5 hears speech: about -40 dBFS.
constexpr double kLoudAtHalf = 330;

int number_at(const json::object& object, std::string_view key, int otherwise) {
  const auto* value = object.if_contains(key);
  return value && value->is_number() ? value->to_number<int>() : otherwise;
}

/// How long a pause ends a turn. A semantic detector waits by eagerness; 8, 4 and 2 s are its
/// longest waits, and a finished sentence, which is all that this ear can assume, takes a quarter
/// of them.
int silence_ms(const json::object& turn_detection) {
  if (text_at(turn_detection, "type") != "semantic_vad") {
    return number_at(turn_detection, "silence_duration_ms", 200);
  }
  const auto eagerness = text_at(turn_detection, "eagerness");
  return eagerness == "low" ? 2000 : eagerness == "high" ? 500 : 1000;
}

double threshold_of(const json::object& turn_detection) {
  const auto* value = turn_detection.if_contains("threshold");
  const double threshold = value && value->is_number() ? value->to_number<double>() : 0.5;
  return std::max(threshold, 0.01) * 2 * kLoudAtHalf;
}

}  // namespace

std::chrono::milliseconds InputAudio::total() const {
  return std::chrono::milliseconds(static_cast<std::int64_t>(total_ms_));
}

void InputAudio::clear() {
  start_ = total();
  is_speaking_ = false;
  loud_ms_ = quiet_ms_ = 0;
}

std::vector<SpeechEvent> InputAudio::append(std::span<const std::uint8_t> bytes, SoundFormat format,
                                            const json::object* turn_detection) {
  std::vector<SpeechEvent> events;
  total_ms_ +=
      1000.0 * static_cast<double>(bytes.size()) / static_cast<double>(bytes_per_second(format));
  if (!turn_detection) {
    rest_.clear();
    heard_ = total();
    return events;
  }
  rest_.insert(rest_.end(), bytes.begin(), bytes.end());
  const std::size_t frame_bytes = bytes_per_second(format) * kFrameMs / 1000;
  std::size_t used = 0;
  for (; rest_.size() - used >= frame_bytes; used += frame_bytes) {
    heard_ += std::chrono::milliseconds(kFrameMs);
    hear_frame(loudness_of(std::span(rest_).subspan(used, frame_bytes), format), *turn_detection,
               events);
  }
  rest_.erase(rest_.begin(), rest_.begin() + static_cast<std::ptrdiff_t>(used));
  return events;
}

void InputAudio::hear_frame(double loudness, const json::object& turn_detection,
                            std::vector<SpeechEvent>& events) {
  const bool is_loud = loudness >= threshold_of(turn_detection);
  loud_ms_ = is_loud ? loud_ms_ + kFrameMs : 0;
  quiet_ms_ = is_loud ? 0 : quiet_ms_ + kFrameMs;
  if (!is_speaking_ && loud_ms_ >= kOnsetMs) {
    is_speaking_ = true;
    const std::chrono::milliseconds before(loud_ms_ +
                                           number_at(turn_detection, "prefix_padding_ms", 300));
    events.push_back({SpeechChange::started, std::max(heard_ - before, start_)});
  } else if (is_speaking_ && quiet_ms_ >= silence_ms(turn_detection)) {
    is_speaking_ = false;
    events.push_back({SpeechChange::stopped, heard_});
  }
}

}  // namespace callosum::sim
