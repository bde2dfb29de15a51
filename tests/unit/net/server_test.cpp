#include "net/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net_world.hpp"
#include "smuggling_cases.hpp"
#include "virtual_world.hpp"

namespace callosum::net {
namespace {

using ::testing::ContainsRegex;
using ::testing::HasSubstr;
using ::testing::StartsWith;

const std::string kGet = "GET / HTTP/1.1\r\nHost: h\r\n";
const std::string kClose = "Connection: close\r\n\r\n";

std::size_t count(const std::string& text, const std::string& piece) {
  std::size_t found = 0;
  for (auto at = text.find(piece); at != std::string::npos; at = text.find(piece, at + 1)) ++found;
  return found;
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  NetWorld world;
  const std::string bytes =
      "GET /1 HTTP/1.1\r\nHost: h\r\n\r\nGET /2 HTTP/1.1\r\nHost: h\r\n\r\n"
      "GET /3 HTTP/1.1\r\nHost: h\r\n" +
      kClose;

  const auto answer = world.run(send_raw(world.server->port(), bytes));

  EXPECT_EQ(count(answer, "HTTP/1.1 200 OK"), 3u);
  EXPECT_LT(answer.find("GET /1"), answer.find("GET /2"));
  EXPECT_LT(answer.find("GET /2"), answer.find("GET /3"));
}

TEST(Server, LetsNoSmuggledRequestReachAHandler) {
  NetWorld world;
  for (const auto& item : smuggling_cases()) {
    const std::string next = "GET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n";

    const auto answer = world.run(send_raw(world.server->port(), item.bytes + next));

    EXPECT_THAT(answer, StartsWith("HTTP/1.1 " + std::to_string(item.status))) << item.name;
    EXPECT_THAT(answer, HasSubstr("Connection: close")) << item.name;
    EXPECT_EQ(count(answer, "HTTP/1.1 "), 1u) << item.name;
  }
  EXPECT_TRUE(world.handler.requests.empty());
}

TEST(Server, AnswersHeadWithTheFieldsAndNoBody) {
  NetWorld world;

  const auto answer =
      world.run(send_raw(world.server->port(), "HEAD /x HTTP/1.1\r\nHost: h\r\n" + kClose));

  EXPECT_THAT(answer, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST(Server, SendsContinueOnlyWhereABodyIsAwaited) {
  NetWorld world;
  const std::string fields =
      "PUT / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: ";

  const auto with_body =
      world.run(send_raw(world.server->port(), fields + "2\r\n" + kClose + "ab"));
  const auto without = world.run(send_raw(world.server->port(), fields + "0\r\n" + kClose));

  EXPECT_THAT(with_body, HasSubstr("PUT / ab"));
  EXPECT_THAT(without, StartsWith("HTTP/1.1 200"));
}

asio::awaitable<HttpResponse> throw_secret(const HttpRequest&) {
  throw std::runtime_error("password=hunter2");
  co_return HttpResponse();
}

TEST(Server, TurnsAnExceptionIntoA500WithoutItsCause) {
  std::vector<std::string> log;
  ServerOptions options;
  options.log = [&](const std::string& id, const std::string& what) {
    EXPECT_THAT(id, StartsWith("err_"));
    log.push_back(what);
  };
  NetWorld world(options);
  world.handler.on_request = throw_secret;

  const auto answer = world.run(send_raw(world.server->port(), kGet + kClose));

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(answer, HasSubstr(R"("message":"internal error","type":"server_error")"));
  EXPECT_EQ(answer.find("hunter2"), std::string::npos);
  ASSERT_EQ(log.size(), 1u);
  EXPECT_THAT(log[0], HasSubstr("hunter2"));
  EXPECT_EQ(world.server->handler_failures(), 1u);
}

asio::awaitable<HttpResponse> answer_with_split(const HttpRequest&) {
  auto response = HttpResponse::text(200, "x");
  response.headers.set("X-Name", "a\r\nSet-Cookie: b");
  co_return response;
}

TEST(Server, RefusesToSplitItsOwnResponse) {
  NetWorld world;
  world.handler.on_request = answer_with_split;

  const auto answer = world.run(send_raw(world.server->port(), kGet + kClose));

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500"));
  EXPECT_EQ(answer.find("Set-Cookie"), std::string::npos);
}

std::string upgrade_with(const std::string& fields) {
  return "GET /ws HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\n" + fields + "\r\n";
}

TEST(Server, RefusesAnUpgradeThatIsNotWhole) {
  NetWorld world;
  const std::string connection = "Connection: Upgrade\r\n";
  const std::string version = "Sec-WebSocket-Version: 13\r\n";
  const std::string key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  const auto send = [&](const std::string& fields) {
    return world.run(send_raw(world.server->port(), upgrade_with(fields)));
  };

  EXPECT_THAT(send(version + key), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(send(connection + version), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(send(connection + version + key + key), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(send(connection + version + "Sec-WebSocket-Key: short\r\n"),
              StartsWith("HTTP/1.1 400"));
  const auto old = send(connection + key + "Sec-WebSocket-Version: 8\r\n");
  EXPECT_THAT(old, StartsWith("HTTP/1.1 426"));
  EXPECT_THAT(old, HasSubstr("Sec-WebSocket-Version: 13\r\n"));
  EXPECT_THAT(old, HasSubstr("Upgrade: websocket\r\n"));
  EXPECT_THAT(old, ContainsRegex("\nConnection: (close, )?Upgrade\r\n"));
  EXPECT_TRUE(world.handler.requests.empty());
}

TEST(Server, AnswersTheHandshakeOfTheStandard) {
  NetWorld world;
  const std::string bytes = upgrade_with(
                                "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
                                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n") +
                            std::string("\x88\x80\0\0\0\0", 6);

  const auto answer = world.run(send_raw(world.server->port(), bytes));

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 101 Switching Protocols\r\n"));
  EXPECT_THAT(answer, HasSubstr("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"));
  EXPECT_TRUE(answer.ends_with(std::string("\x88\0", 2)));
}

TEST(Server, SendsTheRefusalOfTheHandler) {
  NetWorld world;
  world.handler.decision.refusal = HttpResponse::json(401, R"({"error":"who are you"})");
  WsConnectOptions options;
  options.url = world.url("ws");

  const auto connection = world.run(connect_websocket(world.time, options, world.in(10s)));

  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().type, ErrorType::auth);
  EXPECT_EQ(connection.error().detail, R"({"error":"who are you"})");
}

TEST(Server, RefusesConnectionsBeyondItsNumber) {
  ServerOptions options;
  options.max_connections = 1;
  NetWorld world(options);
  const auto held = world.run(connect_to(world));
  ASSERT_TRUE(held);

  const auto answer = world.run(send_raw(world.server->port(), kGet + "\r\n"));

  EXPECT_THAT(answer, StartsWith("HTTP/1.1 503"));
}

TEST(Server, NamesThePortThatIsInUse) {
  NetWorld world;
  ServerOptions options;
  options.port = world.server->port();

  const auto second = make_server(world.context.get_executor(), world.time, world.handler, options);

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().type, ErrorType::permanent);
  EXPECT_EQ(second.error().message,
            "cannot listen on 127.0.0.1:" + std::to_string(options.port) +
                ": the port is in use; stop what holds it or choose another with --listen");
}

TEST(Server, StopsWhatIsIdleAtOnceAndCutsTheRestAtTheDeadline) {
  NetWorld world;
  const auto busy = world.run(connect_to(world));
  ASSERT_TRUE(busy);
  const auto begun = std::chrono::steady_clock::now();

  world.stop_server(50ms);

  EXPECT_LT(std::chrono::steady_clock::now() - begun, 5s);
  EXPECT_EQ(world.server->connections(), 0u);
}

/// A server and a raw client on one context whose clock only moves when told.
struct TimedWorld {
  explicit TimedWorld(const ServerOptions& options = {}) {
    server = std::move(*make_server(world.executor(), world.time(), handler, options));
    auto running = server->run();
    asio::co_spawn(world.context(), std::move(running), [](const std::exception_ptr&) {});
    socket.connect({asio::ip::address_v4::loopback(), server->port()});
    settle();
  }
  ~TimedWorld() {
    server->stop(async::Deadline::at(world.time(), world.time().now()));
    settle();
    advance(5s);
  }
  /// Loopback delivers at once, so what is ready now is all there will be.
  void settle() { world.settle(); }
  void advance(std::chrono::seconds by) {
    for (auto second = 0s; second < by; ++second) {
      world.time().advance(1s);
      settle();
    }
  }
  void send(const std::string& bytes) {
    asio::write(socket, asio::buffer(bytes));
    settle();
  }
  std::string received() {
    socket.non_blocking(true);
    std::string out(65536, '\0');
    boost::system::error_code error;
    out.resize(socket.read_some(asio::buffer(out), error));
    is_closed = error == asio::error::eof;
    return out;
  }

  callosum::testing::VirtualWorld world;
  TestHandler handler;
  std::unique_ptr<Server> server;
  asio::io_context client_context;
  asio::ip::tcp::socket socket{client_context};
  bool is_closed = false;
};

TEST(Server, EndsAHeaderThatTakesTooLongWith408) {
  TimedWorld timed;
  timed.send("GET / HTTP/1.1\r\nHo");
  timed.advance(4s);
  EXPECT_EQ(timed.received(), "");

  timed.advance(3s);

  EXPECT_THAT(timed.received(), StartsWith("HTTP/1.1 408"));
}

TEST(Server, EndsAHeaderThatComesByTheByteAllTheSame) {
  TimedWorld timed;
  const std::string slowly = "GET / HTTP/1.1";
  for (int i = 0; i < 4; ++i) {
    timed.send(slowly.substr(i, 1));
    timed.advance(1s);
  }
  EXPECT_EQ(timed.received(), "");

  timed.send("/");
  timed.advance(2s);

  EXPECT_THAT(timed.received(), StartsWith("HTTP/1.1 408"));
}

TEST(Server, EndsTheOldestOfTooManyHandshakesOnceItHasHadItsTime) {
  ServerOptions options;
  options.admission = std::make_shared<Admission>();
  options.admission->limit({.handshakes = 2});
  TimedWorld timed(options);
  timed.send("GET / HTTP/1.1\r\nHo");
  asio::ip::tcp::socket second(timed.client_context);
  asio::ip::tcp::socket third(timed.client_context);
  const asio::ip::tcp::endpoint here(asio::ip::address_v4::loopback(), timed.server->port());
  second.connect(here);
  timed.settle();
  const auto before = timed.server->connections();
  timed.advance(2s);

  third.connect(here);
  timed.settle();

  EXPECT_EQ(before, 2u);
  EXPECT_EQ(timed.server->connections(), 2u);
  EXPECT_EQ(timed.received(), "");
  EXPECT_TRUE(timed.is_closed);
}

TEST(Server, LeavesHandshakesTheirTimeHoweverManyThereAre) {
  ServerOptions options;
  options.admission = std::make_shared<Admission>();
  options.admission->limit({.handshakes = 1});
  TimedWorld timed(options);
  timed.send("GET / HTTP/1.1\r\nHo");
  asio::ip::tcp::socket second(timed.client_context);
  second.connect({asio::ip::address_v4::loopback(), timed.server->port()});
  timed.settle();

  timed.send("st: h\r\n\r\n");

  EXPECT_THAT(timed.received(), StartsWith("HTTP/1.1 200"));
}

TEST(Server, EndsABodyThatStopsWith408) {
  TimedWorld timed;
  timed.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc");
  timed.advance(8s);
  timed.send("d");
  timed.advance(8s);
  EXPECT_EQ(timed.received(), "");

  timed.advance(5s);

  EXPECT_THAT(timed.received(), StartsWith("HTTP/1.1 408"));
}

TEST(Server, ThatStopsDoesNotWaitForTheRestOfARequest) {
  for (const auto* half :
       {"PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc", "PUT / HT"}) {
    TimedWorld timed;
    timed.send(half);

    timed.server->stop(async::Deadline::at(timed.world.time(), timed.world.time().now() + 10s));
    timed.settle();

    EXPECT_THAT(timed.received(), StartsWith("HTTP/1.1 503")) << half;
    EXPECT_EQ(timed.received(), "");
    EXPECT_TRUE(timed.is_closed);
    EXPECT_EQ(timed.server->connections(), 0u);
  }
}

TEST(Server, ThatStopsDoesNotWaitForAPeerToCloseAfterItsLastAnswer) {
  TimedWorld timed;
  timed.send(kGet + kClose);
  EXPECT_THAT(timed.received(), StartsWith("HTTP/1.1 200"));
  EXPECT_EQ(timed.server->connections(), 1u);

  timed.server->stop(async::Deadline::at(timed.world.time(), timed.world.time().now() + 10s));
  timed.settle();

  EXPECT_EQ(timed.server->connections(), 0u);
}

TEST(Server, ClosesAConnectionThatAsksNothingMore) {
  TimedWorld timed;
  timed.send(kGet + "\r\n");
  EXPECT_THAT(timed.received(), StartsWith("HTTP/1.1 200"));
  timed.advance(28s);
  timed.received();
  EXPECT_FALSE(timed.is_closed);

  timed.advance(4s);

  EXPECT_EQ(timed.received(), "");
  EXPECT_TRUE(timed.is_closed);
}

asio::awaitable<HttpResponse> hang(async::TimeSource& time) {
  const auto never = async::Deadline::after(time, 1h);
  co_await async::sleep_until(never);
  co_return HttpResponse();
}

TEST(Server, AnswersForAHandlerThatHangs) {
  TimedWorld timed;
  timed.handler.on_request = [&](const HttpRequest&) { return hang(timed.world.time()); };
  timed.send(kGet + "\r\n");
  timed.advance(59s);
  EXPECT_EQ(timed.received(), "");

  timed.advance(2s);

  EXPECT_THAT(timed.received(), StartsWith("HTTP/1.1 504"));
}

}  // namespace
}  // namespace callosum::net
