#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>

#include "async/event.hpp"
#include "net/byte_stream.hpp"
#include "net/heartbeat.hpp"
#include "net/ws_batch.hpp"
#include "net/ws_codec.hpp"
#include "net/ws_send_queue.hpp"

namespace callosum::net {

/// What a handshake leaves behind.
struct WsLinkParts {
  std::unique_ptr<ByteStream> stream;
  WsRole role = WsRole::server;
  WsLimits limits;
  std::string first_bytes;  ///< already read behind the handshake
  std::string subprotocol;
  std::string peer;
};

/// The working part of a WsConnection. Shared with the operations under way, so that it outlives a
/// connection that is dropped; after an end it stays a moment to let the peer read the close frame.
class WsLink final : public IoSink,
                     public HeartbeatMember,
                     public QueueMember,
                     public std::enable_shared_from_this<WsLink> {
 public:
  WsLink(async::TimeSource& time, WsLinkParts parts);

  void start();  ///< joins the heartbeat
  static boost::asio::awaitable<Result<WsMessage>> read(std::shared_ptr<WsLink> self);
  static boost::asio::awaitable<void> close(std::shared_ptr<WsLink> self, std::uint16_t code,
                                            std::string reason, async::Deadline deadline);
  bool send(WsOpcode opcode, std::string_view payload, FrameKind kind);
  void abort();
  void reset();
  /// The owner has gone: drops the connection unless it is already saying goodbye.
  void release();

  const std::optional<CloseInfo>& close_info() const { return close_info_; }
  const WsSendQueue& queue() const { return queue_; }
  const std::string& subprotocol() const { return subprotocol_; }
  const std::string& peer() const { return peer_; }

  void on_written(boost::system::error_code error, std::size_t bytes) override;
  void on_discarded(boost::system::error_code error, std::size_t bytes) override;
  void on_tick(SteadyTime now) override;
  void shed_soon() override;

 private:
  enum class Step : std::uint8_t { message, wait, ended };

  struct Reading;

  Step decode(WsMessage& message);
  void take_event(const WsEvent& event);
  void take_close(const WsEvent& event);
  void take_bytes(boost::system::error_code error, std::size_t bytes);
  void make_room();
  bool count_control_frame();
  Error ended_error() const;

  bool transmit(WsOpcode opcode, std::string_view payload, FrameKind kind);
  void flush();
  bool enqueue(const WsBatch& batch, std::size_t sent);
  bool enqueue(const WsBatch::Frame& frame);
  void send_close(std::uint16_t code, std::string_view reason);
  void shed();
  void pump();

  void end(std::uint16_t code, std::string_view reason, bool by_peer);
  void fail(std::uint16_t code, std::string_view reason);
  void say_goodbye();
  void discard_more();
  void drop();

  async::TimeSource& time_;
  std::unique_ptr<ByteStream> stream_;
  WsLimits limits_;
  WsDecoder decoder_;
  std::unique_ptr<WsBatch> batch_;  ///< said while the event at hand is dealt with; not yet sent
  WsSendQueue queue_;
  std::string subprotocol_;
  std::string peer_;
  std::optional<CloseInfo> close_info_;
  async::Event* close_waiter_ = nullptr;  ///< lives in the frame of close()

  std::unique_ptr<char[]> trash_;  ///< while lingering: the last message may still be in use
  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;  ///< of what is not decoded yet
  std::size_t end_ = 0;
  std::size_t wanted_ = 0;  ///< bytes that the frame at begin_ needs

  SteadyTime last_heard_{};
  SteadyTime last_ping_{};
  SteadyTime control_window_{};
  SteadyTime linger_until_{};
  std::size_t discarded_bytes_ = 0;
  std::uint16_t control_frames_ = 0;
  WsRole role_;
  bool is_reading_ = false;
  bool has_heard_ = false;
  bool is_writing_ = false;
  bool is_send_dead_ = false;
  bool close_sent_ = false;
  bool is_lingering_ = false;  ///< ended, but the peer may still read our close frame
  bool is_discarding_ = false;
  bool is_closed_ = false;
};

std::unique_ptr<WsConnection> make_ws_connection(async::TimeSource& time, WsLinkParts parts);

}  // namespace callosum::net
