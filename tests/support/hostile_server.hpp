#pragma once

#include <array>
#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace callosum::testing {

/// A backend of a test on a thread of its own: does to each connection what it is told, counts
/// them, and keeps the requests that it has read.
class HostileServer {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using Serve = std::function<boost::asio::awaitable<void>(HostileServer&, Socket&)>;

  explicit HostileServer(Serve serve, const char* address = "127.0.0.1")
      : serve_(std::move(serve)), acceptor_(context_, {boost::asio::ip::make_address(address), 0}) {
    boost::asio::co_spawn(context_, accept(), [](const std::exception_ptr&) {});
    thread_ = std::thread([this] { context_.run(); });
  }
  ~HostileServer() {
    context_.stop();
    thread_.join();
  }

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port()); }
  int connections() const { return connections_; }
  std::size_t sent_bytes() const { return sent_; }
  std::vector<std::string> requests() {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  // What `serve` is made of:

  /// The whole request, as it came.
  boost::asio::awaitable<std::string> read_request(Socket& socket) {
    std::string request;
    std::array<char, 4096> piece{};
    const auto to = boost::asio::buffer(piece);
    while (!is_whole(request)) {
      const auto [error, size] = co_await socket.async_read_some(to, kTuple);
      if (error) co_return request;
      request.append(piece.data(), size);
    }
    const std::lock_guard lock(mutex_);
    requests_.push_back(request);
    co_return request;
  }
  boost::asio::awaitable<bool> send(Socket& socket, std::string bytes) {
    const auto from = boost::asio::buffer(bytes);
    const auto [error, size] = co_await boost::asio::async_write(socket, from, kTuple);
    sent_ += size;
    co_return !error;
  }
  boost::asio::awaitable<void> answer(Socket& socket, std::string status, std::string body,
                                      std::string fields = "") {
    auto text = "HTTP/1.1 " + status + "\r\n" + fields +
                "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
    co_await send(socket, std::move(text));
  }
  boost::asio::awaitable<void> pause(std::chrono::nanoseconds span) {
    boost::asio::steady_timer timer(context_, span);
    co_await timer.async_wait(boost::asio::use_awaitable);
  }
  /// Until the peer has gone.
  boost::asio::awaitable<void> stall(Socket& socket) {
    std::array<char, 64> piece{};
    const auto to = boost::asio::buffer(piece);
    while (true) {
      const auto [error, size] = co_await socket.async_read_some(to, kTuple);
      if (error) co_return;
    }
  }

 private:
  static constexpr auto kTuple = boost::asio::as_tuple(boost::asio::use_awaitable);

  static bool is_whole(const std::string& request) {
    const auto head = request.find("\r\n\r\n");
    if (head == std::string::npos) return false;
    const auto field = request.find("Content-Length: ");
    const auto size = field < head ? std::strtoul(request.c_str() + field + 16, nullptr, 10) : 0;
    return request.size() >= head + 4 + size;
  }

  boost::asio::awaitable<void> accept() {
    while (true) {
      auto socket = co_await acceptor_.async_accept(boost::asio::use_awaitable);
      ++connections_;
      boost::asio::co_spawn(context_, run(std::move(socket)), [](const std::exception_ptr&) {});
    }
  }
  boost::asio::awaitable<void> run(Socket socket) { co_await serve_(*this, socket); }

  Serve serve_;
  boost::asio::io_context context_{1};
  boost::asio::ip::tcp::acceptor acceptor_;
  std::atomic<int> connections_{0};
  std::atomic<std::size_t> sent_{0};
  std::mutex mutex_;
  std::vector<std::string> requests_;
  std::thread thread_;
};

}  // namespace callosum::testing
