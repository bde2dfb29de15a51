#include "net/ws_connection.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net/ws_codec.hpp"
#include "net_world.hpp"

namespace callosum::net {
namespace {

using ::testing::HasSubstr;

asio::awaitable<std::string> say(NetWorld& world, std::string text) {
  auto connection = co_await connect_to(world);
  if (!connection) co_return "not connected: " + connection.error().message;
  (*connection)->send(text);
  const auto answer = co_await (*connection)->read(world.in(10s));
  if (!answer) co_return "no answer: " + answer.error().message;
  std::string heard(answer->data);
  const auto deadline = world.in(5s);
  co_await (*connection)->close(1000, "bye", deadline);
  const auto info = (*connection)->close_info();
  co_return heard + " " + std::to_string(info ? info->code : 0);
}

TEST(WsConnection, CarriesAMessageThereAndBackAndClosesInGoodOrder) {
  NetWorld world;

  const auto heard = world.run(say(world, "hello"));

  EXPECT_EQ(heard, "hello 1000");
}

TEST(WsConnection, CarriesMessagesOfEverySizeWhole) {
  NetWorld world;

  for (const std::size_t size : {0, 1, 125, 126, 127, 1499, 2041, 2048, 65535, 65536, 1 << 20}) {
    const std::string text(size, 'x');
    EXPECT_EQ(world.run(say(world, text)), text + " 1000");
  }
}

TEST(WsConnection, AgreesOnASubprotocolThatWasOffered) {
  NetWorld world;
  world.handler.decision.subprotocol = "realtime";

  const auto offered = world.run(connect_to(world, {"other", "realtime"}));
  const auto not_offered = world.run(connect_to(world, {"other"}));

  ASSERT_TRUE(offered);
  EXPECT_EQ((*offered)->subprotocol(), "realtime");
  ASSERT_TRUE(not_offered);
  EXPECT_EQ((*not_offered)->subprotocol(), "");
}

asio::awaitable<void> close_at_once(std::unique_ptr<WsConnection> connection,
                                    async::TimeSource& time, std::uint16_t code) {
  const auto deadline = async::Deadline::after(time, 5s);
  co_await connection->close(code, "enough", deadline);
}

asio::awaitable<CloseInfo> read_until_end(NetWorld& world) {
  auto connection = co_await connect_to(world);
  if (!connection) co_return CloseInfo{0, connection.error().message, false};
  while (true) {
    const auto message = co_await (*connection)->read(world.in(10s));
    if (!message) break;
  }
  co_return *(*connection)->close_info();
}

TEST(WsConnection, SaysWithWhichCodeThePeerClosed) {
  NetWorld world;
  world.handler.decision.serve = [&](std::unique_ptr<WsConnection> connection) {
    return close_at_once(std::move(connection), world.time, 4321);
  };

  const auto info = world.run(read_until_end(world));

  EXPECT_EQ(info.code, 4321);
  EXPECT_EQ(info.reason, "enough");
  EXPECT_TRUE(info.by_peer);
}

asio::awaitable<void> abort_at_once(std::unique_ptr<WsConnection> connection) {
  connection->abort();
  co_return;
}

TEST(WsConnection, CallsABrokenConnection1006) {
  NetWorld world;
  world.handler.decision.serve = abort_at_once;

  const auto info = world.run(read_until_end(world));

  EXPECT_EQ(info.code, 1006);
}

asio::awaitable<std::string> read_twice(NetWorld& world) {
  auto connection = co_await connect_to(world);
  const auto early = co_await (*connection)->read(world.in(10ms));
  if (early || early.error().type != ErrorType::timeout) co_return "no timeout";
  (*connection)->send("later");
  const auto late = co_await (*connection)->read(world.in(10s));
  co_return late ? std::string(late->data) : late.error().message;
}

TEST(WsConnection, StaysUsableWhenNothingCameInTime) {
  NetWorld world;

  EXPECT_EQ(world.run(read_twice(world)), "later");
}

asio::awaitable<bool> read_forever(WsConnection& connection, async::TimeSource& time) {
  const auto message = co_await connection.read(async::Deadline::none(time));
  co_return message.has_value();
}

TEST(WsConnection, UnwindsAReadThatIsCancelledAndStaysUsable) {
  NetWorld world;
  auto connection = world.run(connect_to(world));
  asio::cancellation_signal cancel;
  std::exception_ptr failure;
  bool is_done = false;
  auto on_end = [&](std::exception_ptr e, bool) {
    failure = std::move(e);
    is_done = true;
  };
  auto reading = read_forever(**connection, world.time);
  asio::co_spawn(world.context, std::move(reading),
                 asio::bind_cancellation_slot(cancel.slot(), on_end));
  world.context.poll();

  cancel.emit(asio::cancellation_type::terminal);
  world.run_until([&] { return is_done; });

  EXPECT_TRUE(failure);
  EXPECT_FALSE((*connection)->close_info());
  EXPECT_TRUE((*connection)->send("still here"));
  EXPECT_TRUE(world.run(read_forever(**connection, world.time)));
}

TEST(WsConnection, EndsAPendingReadWhenItIsAborted) {
  NetWorld world;
  auto connection = world.run(connect_to(world));
  bool is_done = false;
  bool has_message = true;
  auto reading = read_forever(**connection, world.time);
  asio::co_spawn(world.context, std::move(reading), [&](const std::exception_ptr&, bool message) {
    has_message = message;
    is_done = true;
  });
  world.context.poll();

  (*connection)->abort();
  world.run_until([&] { return is_done; });

  EXPECT_FALSE(has_message);
  EXPECT_EQ((*connection)->close_info()->code, 1006);
  EXPECT_FALSE((*connection)->send("too late"));
}

/// A client that completes the handshake and then says only what it is told, as bytes.
class RawClient {
 public:
  explicit RawClient(NetWorld& world) : world_(world) {
    socket_.connect({asio::ip::address_v4::loopback(), world.server->port()});
    write(
        "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    world_.run_until([this] { return read_more().find("\r\n\r\n") != std::string::npos; });
    received_.erase(0, received_.find("\r\n\r\n") + 4);
  }

  void write(const std::string& bytes) {
    boost::system::error_code ignored;
    asio::write(socket_, asio::buffer(bytes), ignored);
  }
  const std::string& read_more() {
    socket_.non_blocking(true);
    boost::system::error_code error;
    while (!error) {
      std::string piece(65536, '\0');
      piece.resize(socket_.read_some(asio::buffer(piece), error));
      received_ += piece;
    }
    is_closed_ = is_closed_ || error != asio::error::would_block;
    return received_;
  }
  /// The code of the close frame that the server ends with; 0: none.
  int close_code() {
    world_.run_until([this] {
      read_more();
      world_.context.poll();
      return is_closed_;
    });
    const auto at = received_.rfind('\x88');
    if (at == std::string::npos || at + 4 > received_.size()) return 0;
    return static_cast<unsigned char>(received_[at + 2]) << 8 |
           static_cast<unsigned char>(received_[at + 3]);
  }

 private:
  NetWorld& world_;
  asio::io_context context_;
  asio::ip::tcp::socket socket_{context_};
  std::string received_;
  bool is_closed_ = false;
};

int code_for(const std::string& bytes) {
  NetWorld world;
  RawClient client(world);
  client.write(bytes);
  return client.close_code();
}

std::string repeat(const std::string& piece, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += piece;
  return out;
}

TEST(WsConnection, ClosesWithTheCodeThatFitsTheFault) {
  const std::string key(4, '\0');

  EXPECT_EQ(code_for("\x81\x01x"), 1002);
  EXPECT_EQ(code_for(std::string("\xC1\x81", 2) + key + "x"), 1002);
  EXPECT_EQ(code_for(std::string("\x81\x81", 2) + key + "\xFF"), 1007);
  EXPECT_EQ(code_for(std::string("\x81\xFF\0\0\0\0\x7F\0\0\0", 10) + key), 1009);
  EXPECT_EQ(code_for(repeat(std::string("\x89\x80", 2) + key, 21)), 1008);
  const std::string empty_fragments = repeat(std::string("\x00\x80", 2) + key, 1'000'000);
  EXPECT_EQ(code_for(std::string("\x01\x80", 2) + key + empty_fragments), 1008);
  EXPECT_EQ(code_for(std::string("\x88\x82", 2) + key + "\x03\xE8"), 1000);
}

TEST(WsConnection, AnswersAPingWithItsPayload) {
  NetWorld world;
  RawClient client(world);

  client.write(std::string("\x89\x82", 2) + std::string(4, '\0') + "ab");

  world.run_until([&] {
    world.context.poll();
    return client.read_more() == std::string(
                                     "\x8A\x02"
                                     "ab",
                                     4);
  });
}

asio::awaitable<void> hold(std::unique_ptr<WsConnection> connection, WsConnection*& held,
                           async::TimeSource& time) {
  held = connection.get();
  while (true) {
    const auto message = co_await connection->read(async::Deadline::none(time));
    if (!message) break;
  }
  held = nullptr;
}

TEST(WsConnection, LosesTheOldestAudioOfASlowReaderAndThenEnds) {
  NetWorld world;
  WsConnection* server = nullptr;
  world.handler.decision.limits.max_queued_bytes = 100'000;
  world.handler.decision.serve = [&](std::unique_ptr<WsConnection> connection) {
    return hold(std::move(connection), server, world.time);
  };
  RawClient client(world);
  world.run_until([&] { return server != nullptr; });
  const std::string piece(20'000, 'a');
  while (server->dropped_audio_frames() == 0) ASSERT_TRUE(server->send(piece, FrameKind::audio));
  ASSERT_TRUE(server->send(std::string(20'000, 'c'), FrameKind::control));

  EXPECT_GE(server->dropped_audio_frames(), 2u);
  EXPECT_LE(server->queued_bytes(), 100'000u + 20'010u);
  bool is_open = true;
  for (int i = 0; i < 100 && is_open; ++i) is_open = server->send(piece, FrameKind::control);
  EXPECT_FALSE(is_open);
  ASSERT_TRUE(server->close_info());
  EXPECT_EQ(server->close_info()->code, 1008);
  world.run_until([&] { return server == nullptr; });
  EXPECT_EQ(client.close_code(), 1008);
}

TEST(WsConnection, DeliversEverythingToAReaderThatCatchesUp) {
  NetWorld world;
  WsConnection* server = nullptr;
  world.handler.decision.limits.max_queued_bytes = 64 << 20;
  world.handler.decision.serve = [&](std::unique_ptr<WsConnection> connection) {
    return hold(std::move(connection), server, world.time);
  };
  WsLimits limits;
  auto connection = world.run(connect_to(world, {}, limits));
  world.run_until([&] { return server != nullptr; });
  for (int i = 0; i < 400; ++i) {
    ASSERT_TRUE(server->send(std::to_string(i) + std::string(50'000, '.'), FrameKind::audio));
  }

  for (int i = 0; i < 400; ++i) {
    const auto message = world.run((*connection)->read(world.in(10s)));
    ASSERT_TRUE(message);
    ASSERT_TRUE(message->data.starts_with(std::to_string(i) + "."));
  }
  EXPECT_EQ(server->queued_bytes(), 0u);
  EXPECT_EQ(server->dropped_audio_frames(), 0u);
}

TEST(WsConnection, SendsAReaderAMessageLargerThanItsQueueAndWhatFollows) {
  NetWorld world;
  WsConnection* server = nullptr;
  world.handler.decision.limits.max_queued_bytes = 100'000;
  world.handler.decision.serve = [&](std::unique_ptr<WsConnection> connection) {
    return hold(std::move(connection), server, world.time);
  };
  WsLimits limits;
  limits.max_message_bytes = 16 << 20;
  auto connection = world.run(connect_to(world, {}, limits));
  world.run_until([&] { return server != nullptr; });
  const std::vector<std::string> messages{"before", std::string(10'000'000, 'g'), "behind",
                                          "at last"};

  for (const auto& message : messages) ASSERT_TRUE(server->send(message, FrameKind::control));

  for (const auto& message : messages) {
    const auto heard = world.run((*connection)->read(world.in(10s)));
    ASSERT_TRUE(heard);
    EXPECT_TRUE(heard->data == message) << heard->data.size();
  }
  EXPECT_EQ(server->queued_bytes(), 0u);
}

asio::awaitable<std::string> close_while_reading(NetWorld& world) {
  auto connection = co_await connect_to(world);
  auto& end = **connection;
  bool has_read_ended = false;
  auto reading = read_forever(end, world.time);
  const auto executor = co_await asio::this_coro::executor;
  auto on_end = [&](const std::exception_ptr&, bool) { has_read_ended = true; };
  asio::co_spawn(executor, std::move(reading), on_end);
  const auto deadline = world.in(5s);
  co_await end.close(1000, "", deadline);
  while (!has_read_ended) co_await asio::post(executor, asio::use_awaitable);
  co_return std::to_string(end.close_info()->code);
}

TEST(WsConnection, ClosesWhileAnotherCoroutineReads) {
  NetWorld world;

  EXPECT_EQ(world.run(close_while_reading(world)), "1000");
}

}  // namespace
}  // namespace callosum::net
