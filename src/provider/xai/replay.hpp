#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "realtime/model_port.hpp"

namespace callosum::provider::xai {

/// The beginning of a connection that takes a conversation up (protocols: xAI voice §6.1): between
/// our settings and their echo its items come again. They are read for what stands there, shown to
/// nobody, and bounded: nothing says how many there are.
class Replay {
 public:
  static constexpr std::size_t kMaxFrames = 4096;
  static constexpr std::size_t kMaxBytes = 4 << 20;

  void begin() { state_ = State::comes; }
  /// True: the frame is a part of it, or nothing that belongs there, and is not to be told.
  bool take(const realtime::ServerFrame& frame);
  /// A frame that is no event came.
  void count(std::size_t bytes);

  bool is_coming() const { return state_ == State::comes; }
  /// Refused, or more than any conversation is.
  bool has_failed() const { return state_ == State::failed; }
  /// There was something to take up: who knows no such conversation begins an empty one.
  bool has_resumed() const { return state_ == State::over && is_found_; }
  const std::vector<realtime::KeptItem>& items() const { return items_; }
  std::vector<realtime::KeptItem> take_items();

 private:
  enum class State : std::uint8_t { none, comes, over, failed };
  void keep(std::string_view text);

  State state_ = State::none;
  bool is_found_ = false;
  std::size_t frames_ = 0;
  std::size_t bytes_ = 0;
  std::vector<realtime::KeptItem> items_;
};

}  // namespace callosum::provider::xai
