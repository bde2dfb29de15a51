#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "load/clock.hpp"

namespace callosum::bench {

/// What the provider says, with the shapes and sizes of recorded traffic.
std::string session_created();
/// `session` is the text of the object that came in session.update.
std::string session_updated(std::string_view session);
/// The object under "session" of a session.update; "{}" where there is none.
std::string_view session_of(std::string_view update);

/// Whether the event's type is this one. Looks at the front only: an event names itself first.
bool is_type(std::string_view event, std::string_view type);

/// Ready bytes in which only a number of 12 digits changes, at all its places.
class Numbered {
 public:
  explicit Numbered(std::string bytes = {});
  std::string_view with(std::uint64_t number);

 private:
  std::string bytes_;
  std::vector<std::size_t> places_;
};

/// Ready frames, payloads and headers, in which only the number of the call changes.
class CallFrames {
 public:
  explicit CallFrames(std::string_view tool);
  /// response.created, output_item.done with the finished call, response.done.
  std::string_view call(std::uint64_t number) { return call_.with(number); }
  /// A response without a call: what ends the turn.
  std::string_view farewell(std::uint64_t number) { return farewell_.with(number); }
  static std::string call_id(std::uint64_t number);

 private:
  Numbered call_, farewell_;
};

/// 20 ms of 24 kHz PCM in base64, with the time of sending as its first 16 letters.
class AudioFrames {
 public:
  AudioFrames();
  std::string_view append(Nanos sent);  ///< from a caller: masked
  std::string_view delta(Nanos sent);   ///< from the provider
  /// When it was sent; -1 where this is no such event.
  static Nanos sent_at(std::string_view event);
  /// What a provider says before its first delta.
  static std::string opening();

 private:
  std::string append_, delta_;
  std::size_t append_at_ = 0, delta_at_ = 0;
};

}  // namespace callosum::bench
