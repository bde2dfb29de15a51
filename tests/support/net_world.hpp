#pragma once

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <gtest/gtest.h>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/time_source.hpp"
#include "async/with_deadline.hpp"
#include "net/client.hpp"
#include "net/server.hpp"

namespace callosum::net {

namespace asio = boost::asio;
using namespace std::chrono_literals;

using Serve = std::function<asio::awaitable<void>(std::unique_ptr<WsConnection>)>;

/// Answers what a test tells it to, and keeps what came.
class TestHandler final : public HttpHandler {
 public:
  asio::awaitable<HttpResponse> handle(const HttpRequest& request) override {
    requests.push_back(request);
    if (on_request) {
      auto work = on_request(request);
      co_return co_await std::move(work);
    }
    co_return HttpResponse::text(200, request.method + " " + request.target + " " + request.body);
  }
  asio::awaitable<UpgradeDecision> upgrade(const HttpRequest& request) override {
    requests.push_back(request);
    co_return decision;
  }

  std::function<asio::awaitable<HttpResponse>(const HttpRequest&)> on_request;
  UpgradeDecision decision;
  std::vector<HttpRequest> requests;
};

inline asio::awaitable<void> echo(std::unique_ptr<WsConnection> connection,
                                  async::TimeSource& time) {
  while (true) {
    const auto message = co_await connection->read(async::Deadline::none(time));
    if (!message) co_return;
    if (message->is_binary) {
      connection->send_binary(message->data, FrameKind::control);
    } else {
      connection->send(message->data);
    }
  }
}

/// One thread with a server on a free port of 127.0.0.1 and whatever a test runs against it.
class NetWorld {
 public:
  explicit NetWorld(ServerOptions options = {}) {
    handler.decision.serve = [this](std::unique_ptr<WsConnection> connection) {
      return echo(std::move(connection), time);
    };
    auto made = make_server(context.get_executor(), time, handler, options);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
    server = std::move(*made);
    auto running = server->run();
    asio::co_spawn(context, std::move(running), [this](const std::exception_ptr& failure) {
      has_server_ended = true;
      EXPECT_FALSE(failure);
    });
  }

  ~NetWorld() {
    if (!has_server_ended) stop_server(0s);
  }

  async::Deadline in(std::chrono::nanoseconds span) { return async::Deadline::after(time, span); }
  std::string url(const std::string& scheme, const std::string& target = "/") const {
    return scheme + "://127.0.0.1:" + std::to_string(server->port()) + target;
  }

  template <class T>
  T run(asio::awaitable<T> work) {
    std::optional<T> result;
    std::exception_ptr failure;
    bool is_done = false;
    asio::co_spawn(context, std::move(work), [&](std::exception_ptr e, T value) {
      failure = e;
      if (!e) result.emplace(std::move(value));
      is_done = true;
    });
    run_until([&] { return is_done; });
    if (failure) std::rethrow_exception(failure);
    return std::move(*result);
  }

  /// A test that hangs fails instead.
  void run_until(const std::function<bool()>& is_done) {
    const auto end = std::chrono::steady_clock::now() + 30s;
    context.restart();
    while (!is_done()) {
      if (std::chrono::steady_clock::now() > end) throw std::runtime_error("the test hangs");
      if (context.run_one_for(5ms) == 0) context.restart();
    }
  }

  void stop_server(std::chrono::nanoseconds within) {
    server->stop(in(within));
    run_until([this] { return has_server_ended; });
  }

  async::SystemTime time;  // outlives the frames that the context still holds
  TestHandler handler;
  asio::io_context context{1};
  std::unique_ptr<Server> server;
  bool has_server_ended = false;
};

/// Sends bytes as they are and reads until the server closes.
inline asio::awaitable<std::string> send_raw(std::uint16_t port, std::string bytes) {
  const auto executor = co_await asio::this_coro::executor;
  constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
  asio::ip::tcp::socket socket(executor);
  const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
  co_await socket.async_connect(endpoint, asio::use_awaitable);
  const auto out = asio::buffer(bytes);
  [[maybe_unused]] const auto [failed, sent] = co_await asio::async_write(socket, out, kTuple);
  std::string answer;
  std::array<char, 4096> piece{};
  const auto in = asio::buffer(piece);
  while (true) {
    const auto [error, size] = co_await socket.async_read_some(in, kTuple);
    answer.append(piece.data(), size);
    if (error) break;
  }
  co_return answer;
}

inline asio::awaitable<Result<std::unique_ptr<WsConnection>>> connect_to(
    NetWorld& world, std::vector<std::string> subprotocols = {}, WsLimits limits = {}) {
  WsConnectOptions options;
  options.url = world.url("ws");
  options.subprotocols = std::move(subprotocols);
  options.limits = limits;
  auto connecting = connect_websocket(world.time, std::move(options), world.in(10s));
  co_return co_await std::move(connecting);
}

}  // namespace callosum::net
