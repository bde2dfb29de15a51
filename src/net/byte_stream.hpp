#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/error_code.hpp>
#include <memory>
#include <span>
#include <string>
#include <tuple>

#include "net/tls.hpp"

namespace callosum::net {

/// Told when an operation ends. Shared: the operation keeps it, and so the stream it belongs to,
/// alive.
class IoSink {
 public:
  virtual ~IoSink() = default;
  virtual void on_written(boost::system::error_code error, std::size_t bytes) = 0;
  virtual void on_discarded(boost::system::error_code error, std::size_t bytes) = 0;
};

/// Bytes both ways, plain or TLS; one read and one write at a time. Who owns it keeps it until its
/// operations have ended.
class ByteStream {
 public:
  using IoResult = std::tuple<boost::system::error_code, std::size_t>;

  virtual ~ByteStream() = default;

  virtual boost::asio::awaitable<IoResult> read_some(boost::asio::mutable_buffer to) = 0;
  virtual boost::asio::awaitable<IoResult> write_some(boost::asio::const_buffer from) = 0;
  /// TLS only; plain answers at once. `host` (client side) is what the certificate must be for.
  virtual boost::asio::awaitable<boost::system::error_code> handshake(bool is_server,
                                                                      std::string host) = 0;
  /// Says goodbye to the peer (TLS close_notify, FIN): nothing is sent after this.
  virtual boost::asio::awaitable<boost::system::error_code> finish() = 0;

  /// As much as the socket takes without waiting; would_block when nothing. TLS never takes any.
  virtual std::size_t try_write(std::span<const boost::asio::const_buffer> from,
                                boost::system::error_code& error) = 0;

  virtual void start_write(boost::asio::const_buffer from, std::shared_ptr<IoSink> sink) = 0;
  virtual void shutdown_send() = 0;  ///< FIN, without a TLS goodbye
  /// Reads raw bytes that nobody wants any more: closing over unread ones would take back what was
  /// sent.
  virtual void start_discard(boost::asio::mutable_buffer trash, std::shared_ptr<IoSink> sink) = 0;

  virtual void cancel() = 0;  ///< what waits ends with operation_aborted
  /// Whether a write that was cancelled may be begun again; a TLS record that is cut is lost.
  virtual bool survives_cancelled_write() const = 0;
  virtual void close() = 0;  ///< now
  /// Makes `close` a TCP reset, which takes back what the peer has not read. For simulators.
  virtual void reset_on_close() {}
  virtual boost::asio::any_io_executor executor() = 0;
};

/// Sets TCP_NODELAY and non-blocking mode. Null `tls`: plain.
std::unique_ptr<ByteStream> make_byte_stream(boost::asio::ip::tcp::socket socket,
                                             std::shared_ptr<TlsContext> tls);

}  // namespace callosum::net
