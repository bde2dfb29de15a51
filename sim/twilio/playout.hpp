#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace callosum::sim::twilio {

/// 20 ms of mu-law at 8 kHz (protocol: telephony §1.4).
constexpr std::size_t kFrameBytes = 160;

/// What Twilio has been sent and the caller has not heard yet (protocol: telephony §1.5). Pure: who
/// owns it ticks every 20 ms.
class Playout {
 public:
  struct Tick {
    std::vector<std::uint8_t> sound;  ///< at most a frame; empty: nothing is played
    std::vector<std::string> marks;   ///< to be echoed now: all before them has been played
  };

  void push(std::span<const std::uint8_t> sound);
  /// True where nothing waits before it: then it is echoed at once and not kept.
  bool mark(std::string name);
  /// Drops what waits; the marks come back, in their order, as if they had been played.
  std::vector<std::string> clear();
  Tick tick();
  std::size_t queued_bytes() const { return sound_.size(); }

 private:
  struct Mark {
    std::uint64_t at;  ///< bytes ever played before it
    std::string name;
  };

  std::deque<std::uint8_t> sound_;
  std::deque<Mark> marks_;
  std::uint64_t played_ = 0;
};

}  // namespace callosum::sim::twilio
