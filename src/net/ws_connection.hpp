#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "async/deadline.hpp"
#include "base/result.hpp"

namespace callosum::net {

class QueueBudget;

/// What one WebSocket may cost us. Breaking one closes it: 1009 too big, 1008 too many, 1002
/// malformed, 1007 not UTF-8.
struct WsLimits {
  std::size_t max_message_bytes = 1 << 20;
  std::size_t max_fragments = 64;             ///< frames a message, empty ones too
  std::size_t max_control_frames_per_s = 20;  ///< pings and pongs together
  std::size_t max_queued_bytes = 512 * 1024;  ///< waiting for a slow reader: ten seconds of audio
  std::chrono::seconds ping_every{20};
  std::chrono::seconds dead_after{50};  ///< nothing at all received for so long
  std::shared_ptr<QueueBudget> budget;  ///< of the queued bytes of all connections; null: none
};

struct WsMessage {
  std::string_view data;  ///< valid until the next read
  bool is_binary = false;
};

struct CloseInfo {
  std::uint16_t code = 1006;  ///< RFC 6455 §7.4; 1006: the connection broke without a close frame
  std::string reason;
  bool by_peer = false;
};

/// What may be lost when the peer reads too slowly.
enum class FrameKind : std::uint8_t {
  control,  ///< never dropped: when it does not fit, the connection ends
  audio,    ///< the oldest queued audio goes first, and is counted
};

/// A connected WebSocket, plain or TLS, client or server side. Lives on one thread; one reader.
/// Names no Beast type on purpose: only the .cpp files in net/ pay for Beast.
class WsConnection {
 public:
  virtual ~WsConnection() = default;

  /// The next whole message. Pings are answered and counted inside. Any end is an error: TRANSIENT,
  /// and `close_info` says which; TIMEOUT when the deadline passes first (the connection stays
  /// usable).
  virtual boost::asio::awaitable<Result<WsMessage>> read(async::Deadline deadline) = 0;

  /// Sends a text message without waiting: what the socket does not take now is queued, within
  /// `max_queued_bytes`, one larger message beside that. False when the connection has ended or is
  /// ended by this (slow reader, 1008).
  virtual bool send(std::string_view text, FrameKind kind = FrameKind::control) = 0;
  virtual bool send_binary(std::string_view bytes, FrameKind kind = FrameKind::audio) = 0;

  /// Sends a close frame behind what is queued and ends both ways; waits for the peer until the
  /// deadline.
  virtual boost::asio::awaitable<void> close(std::uint16_t code, std::string reason,
                                             async::Deadline deadline) = 0;
  /// Drops the connection now. A pending read ends.
  virtual void abort() = 0;
  /// The same with a TCP reset, where there is TCP. For simulators.
  virtual void reset() { abort(); }

  virtual const std::optional<CloseInfo>& close_info() const = 0;
  virtual std::size_t queued_bytes() const = 0;
  virtual std::uint64_t dropped_audio_frames() const = 0;
  virtual const std::string& subprotocol() const = 0;
  virtual const std::string& peer() const = 0;  ///< "127.0.0.1:5000", for logs
};

}  // namespace callosum::net
