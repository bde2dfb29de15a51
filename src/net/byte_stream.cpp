#include "net/byte_stream.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "net/tls_context.hpp"

namespace callosum::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);

void prepare_socket(tcp::socket& socket) {
  error_code ignored;  // a socket that is already dead says so at its first read
  socket.set_option(tcp::no_delay(true), ignored);
  socket.non_blocking(true, ignored);
}

struct WriteDone {
  std::shared_ptr<IoSink> sink;
  void operator()(error_code error, std::size_t bytes) { sink->on_written(error, bytes); }
};

struct DiscardDone {
  std::shared_ptr<IoSink> sink;
  void operator()(error_code error, std::size_t bytes) { sink->on_discarded(error, bytes); }
};

class PlainStream final : public ByteStream {
 public:
  explicit PlainStream(tcp::socket socket) : socket_(std::move(socket)) {}

  // Not coroutines: they hand on the operation's own frame, the only one a read costs.
  asio::awaitable<IoResult> read_some(asio::mutable_buffer to) override {
    return socket_.async_read_some(to, kTuple);
  }
  asio::awaitable<IoResult> write_some(asio::const_buffer from) override {
    return socket_.async_write_some(from, kTuple);
  }
  asio::awaitable<error_code> handshake(bool, std::string) override { co_return error_code{}; }
  asio::awaitable<error_code> finish() override {
    shutdown_send();
    co_return error_code{};
  }
  std::size_t try_write(std::span<const asio::const_buffer> from, error_code& error) override {
    return socket_.write_some(from, error);
  }
  void start_write(asio::const_buffer from, std::shared_ptr<IoSink> sink) override {
    socket_.async_write_some(from, WriteDone{std::move(sink)});
  }
  void shutdown_send() override {
    error_code ignored;
    socket_.shutdown(tcp::socket::shutdown_send, ignored);
  }
  void start_discard(asio::mutable_buffer trash, std::shared_ptr<IoSink> sink) override {
    socket_.async_read_some(trash, DiscardDone{std::move(sink)});
  }
  void cancel() override {
    error_code ignored;
    socket_.cancel(ignored);
  }
  bool survives_cancelled_write() const override { return true; }
  void close() override {
    error_code ignored;
    socket_.close(ignored);
  }
  void reset_on_close() override {
    error_code ignored;
    socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  }
  asio::any_io_executor executor() override { return socket_.get_executor(); }

 private:
  tcp::socket socket_;
};

class TlsStream final : public ByteStream {
 public:
  TlsStream(tcp::socket socket, std::shared_ptr<TlsContext> context)
      : context_(std::move(context)), stream_(std::move(socket), context_->context) {
    SSL_set_mode(stream_.native_handle(), SSL_MODE_RELEASE_BUFFERS);
  }

  asio::awaitable<IoResult> read_some(asio::mutable_buffer to) override {
    return stream_.async_read_some(to, kTuple);
  }
  asio::awaitable<IoResult> write_some(asio::const_buffer from) override {
    return stream_.async_write_some(from, kTuple);
  }
  asio::awaitable<error_code> handshake(bool is_server, std::string host) override;
  asio::awaitable<error_code> finish() override {
    const auto [error] = co_await stream_.async_shutdown(kTuple);
    shutdown_send();
    co_return error;
  }
  std::size_t try_write(std::span<const asio::const_buffer>, error_code& error) override {
    error = asio::error::would_block;
    return 0;
  }
  void start_write(asio::const_buffer from, std::shared_ptr<IoSink> sink) override {
    stream_.async_write_some(from, WriteDone{std::move(sink)});
  }
  void shutdown_send() override {
    error_code ignored;
    stream_.next_layer().shutdown(tcp::socket::shutdown_send, ignored);
  }
  void start_discard(asio::mutable_buffer trash, std::shared_ptr<IoSink> sink) override {
    stream_.next_layer().async_read_some(trash, DiscardDone{std::move(sink)});
  }
  void cancel() override {
    error_code ignored;
    stream_.next_layer().cancel(ignored);
  }
  bool survives_cancelled_write() const override { return false; }
  void close() override {
    error_code ignored;
    stream_.next_layer().close(ignored);
  }
  void reset_on_close() override {
    error_code ignored;
    stream_.next_layer().set_option(asio::socket_base::linger(true, 0), ignored);
  }
  asio::any_io_executor executor() override { return stream_.get_executor(); }

 private:
  std::shared_ptr<TlsContext> context_;
  asio::ssl::stream<tcp::socket> stream_;
};

asio::awaitable<error_code> TlsStream::handshake(bool is_server, std::string host) {
  if (is_server) {
    const auto [failed] = co_await stream_.async_handshake(asio::ssl::stream_base::server, kTuple);
    co_return failed;
  }
  error_code error;
  error_code not_an_address;
  asio::ip::make_address(host, not_an_address);
  // RFC 6066 §3: a name only, never an address.
  if (not_an_address) SSL_set_tlsext_host_name(stream_.native_handle(), host.c_str());
  if (context_->verifies_peer) {
    stream_.set_verify_callback(asio::ssl::host_name_verification(host), error);
    if (error) co_return error;
  }
  const auto [failed] = co_await stream_.async_handshake(asio::ssl::stream_base::client, kTuple);
  co_return failed;
}

}  // namespace

std::unique_ptr<ByteStream> make_byte_stream(tcp::socket socket, std::shared_ptr<TlsContext> tls) {
  prepare_socket(socket);
  if (tls) return std::make_unique<TlsStream>(std::move(socket), std::move(tls));
  return std::make_unique<PlainStream>(std::move(socket));
}

}  // namespace callosum::net
