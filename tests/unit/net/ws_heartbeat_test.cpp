#include <gtest/gtest.h>

#include "net_world.hpp"
#include "virtual_world.hpp"

namespace callosum::net {
namespace {

/// A served WebSocket and the raw bytes of its peer; the clock moves when told.
class TimedWebSocket {
 public:
  TimedWebSocket() {
    handler_.decision.serve = [this](std::unique_ptr<WsConnection> connection) {
      return echo(std::move(connection), world_.time());
    };
    server_ = std::move(*make_server(world_.executor(), world_.time(), handler_, {}));
    auto running = server_->run();
    asio::co_spawn(world_.context(), std::move(running), [](const std::exception_ptr&) {});
    socket_.connect({asio::ip::address_v4::loopback(), server_->port()});
    socket_.non_blocking(true);
    send(
        "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    receive();
  }
  ~TimedWebSocket() {
    server_->stop(async::Deadline::at(world_.time(), world_.time().now()));
    advance(std::chrono::seconds(5));
  }

  void send(const std::string& bytes) {
    asio::write(socket_, asio::buffer(bytes));
    world_.settle();
  }
  std::string receive() {
    std::string out(4096, '\0');
    out.resize(socket_.read_some(asio::buffer(out), error));
    return out;
  }
  void advance(std::chrono::seconds by) {
    for (auto second = 0s; second < by; ++second) {
      world_.time().advance(1s);
      world_.settle();
    }
  }
  std::size_t connections() const { return server_->connections(); }

  boost::system::error_code error;

 private:
  callosum::testing::VirtualWorld world_;
  TestHandler handler_;
  std::unique_ptr<Server> server_;
  asio::io_context client_context_;
  asio::ip::tcp::socket socket_{client_context_};
};

const std::string kPing("\x89\0", 2);
const std::string kPong("\x8A\x80\0\0\0\0", 6);

TEST(WsHeartbeat, PingsAQuietPeerAndKeepsOneThatAnswers) {
  TimedWebSocket timed;

  for (int round = 0; round < 5; ++round) {
    timed.advance(22s);
    EXPECT_EQ(timed.receive(), kPing);
    timed.send(kPong);
  }

  EXPECT_EQ(timed.connections(), 1u);
}

TEST(WsHeartbeat, DropsAPeerOfWhichNothingIsHeard) {
  TimedWebSocket timed;
  timed.advance(48s);
  EXPECT_EQ(timed.connections(), 1u);

  timed.advance(4s);

  EXPECT_EQ(timed.connections(), 0u);
}

}  // namespace
}  // namespace callosum::net
