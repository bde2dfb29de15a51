#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "net/byte_stream.hpp"
#include "net/heartbeat.hpp"

namespace callosum::net {

/// A stream with what has been read of it, under a limit of time for the stage it is in. The limits
/// are kept by the heartbeat, so they may end up to a second late.
class HttpPipe final : public HeartbeatMember {
 public:
  enum class Fill : std::uint8_t { bytes, closed, timed_out };

  HttpPipe(std::unique_ptr<ByteStream> stream, async::TimeSource& time);
  ~HttpPipe() override;

  void limit(std::chrono::nanoseconds stage);  ///< from now
  boost::asio::awaitable<Fill> handshake();
  boost::asio::awaitable<Fill> fill();  ///< appends to `input`
  /// All of it; false when the peer has gone or has taken nothing for `idle`.
  boost::asio::awaitable<bool> write(std::string_view bytes, std::chrono::nanoseconds idle);
  /// Ends our side in good order and reads away what still comes, so that the peer gets the last
  /// answer; but in a hurry nothing is waited for.
  boost::asio::awaitable<void> finish(bool is_hurried = false);
  /// Ends what waits now as if its time were over.
  void interrupt();

  std::string& input() { return input_; }
  std::unique_ptr<ByteStream> release_stream() { return std::move(stream_); }
  void on_tick(SteadyTime now) override;

 private:
  std::unique_ptr<ByteStream> stream_;
  async::TimeSource& time_;
  std::string input_;
  SteadyTime stage_end_ = SteadyTime::max();
  bool is_over_ = false;
};

}  // namespace callosum::net
