#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "async/deadline.hpp"
#include "base/result.hpp"
#include "net/ws_connection.hpp"
#include "realtime/client_event.hpp"

namespace callosum::session {

/// How the id of an item begins whose words were pressed on a phone's keypad: codes and numbers, of
/// which only how many there were is written down.
constexpr std::string_view kKeyedItem = "item_keypad_";

/// The reason that `close` is given where a conversation ends because nobody says anything.
constexpr std::string_view kNobodySpeaks = "nobody speaks";

/// The caller's side of a conversation: a channel turns its wire into GA client events and back.
class CallerLink {
 public:
  virtual ~CallerLink() = default;
  /// The next client event. Any error but TIMEOUT means the caller is gone.
  virtual boost::asio::awaitable<Result<realtime::ClientFrame>> next(async::Deadline deadline) = 0;
  /// Sends a GA server event without waiting. False: the caller is gone, or reads too slowly.
  virtual bool send(std::string_view server_event, net::FrameKind kind) = 0;
  /// Once the conversation has ended as it should, the call goes on with somebody else: the name of
  /// a destination; empty: with nobody after all. Whoever is no phone takes no notice; so with
  /// `press`.
  virtual void transfer_to(std::string_view /*destination*/) {}
  /// Keys that the other side of a phone call hears.
  virtual void press(std::string_view /*digits*/) {}
  virtual boost::asio::awaitable<void> close(std::uint16_t code, std::string reason,
                                             async::Deadline deadline) = 0;
  /// How long `close` may take where the conversation has ended as it should.
  virtual std::chrono::seconds farewell() const { return std::chrono::seconds(2); }
  virtual std::uint64_t dropped_audio_frames() const { return 0; }
  /// How it ended, in a WebSocket's words (1008: read too slowly); 0: it has not.
  virtual std::uint16_t close_code() const { return 0; }
};

}  // namespace callosum::session
