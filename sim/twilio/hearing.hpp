#pragma once

#include <optional>
#include <span>

#include "base/clock.hpp"
#include "sim/twilio/sound.hpp"

namespace callosum::sim::twilio {

/// Measures one call: how late answers are, when they are heard, how evenly they come. Pure.
class Hearing {
 public:
  struct Span {
    std::chrono::milliseconds from;
    std::chrono::milliseconds to;
  };
  /// What one message of sound meant.
  struct Arrival {
    std::optional<double> latency_ms;  ///< it begins an answer
    /// How much nearer to the ear it came than the earliest of what is played without a break.
    std::optional<double> jitter_ms;
  };

  /// The first voiced frame of something said has been sent.
  void on_begun(SteadyTime now) { begun_ = now; }
  /// The last one has. `is_overlapped`: the other side still speaks, so what comes next answers
  /// nothing.
  void on_said(SteadyTime now, bool is_overlapped);
  Arrival on_media(SteadyTime now, std::span<const std::uint8_t> sound);
  /// Since the caller began to speak; nothing where it has not. What waited to be played is gone.
  std::optional<double> on_clear(SteadyTime now);

  /// A frame's time has passed: this was played (empty: nothing). A span comes when it is over.
  std::optional<Span> on_played(std::chrono::milliseconds at, std::span<const std::uint8_t> sound);
  std::optional<Span> end();
  bool is_audible_now() const { return is_audible_now_; }
  /// Times that sound ran out in the middle of something audible and went on within 200 ms.
  std::size_t underruns() const { return underruns_; }

 private:
  void count_underrun(std::chrono::milliseconds at, bool is_played);
  std::optional<double> lateness(SteadyTime now, std::size_t sound_bytes);

  std::optional<SteadyTime> begun_;
  std::optional<SteadyTime> asked_;  ///< an answer is awaited
  SteadyTime plays_until_{};         ///< all that has come
  double most_ahead_ms_ = 0;         ///< of the ear, since it last ran dry
  std::optional<Span> heard_;
  std::optional<std::chrono::milliseconds> ran_dry_;
  std::size_t underruns_ = 0;
  bool is_audible_now_ = false;
};

}  // namespace callosum::sim::twilio
