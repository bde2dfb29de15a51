#include "net/kept_connections.hpp"

#include <gtest/gtest.h>
#include <set>

#include "net/client.hpp"
#include "net/http_response_decoder.hpp"
#include "net_world.hpp"

namespace callosum::net {
namespace {

const HttpClientOptions kRepeats{.may_repeat = true};

Result<HttpResponse> ask(NetWorld& world, const std::string& url, HttpClientOptions options) {
  return world.run(send_http(world.time, url, HttpRequest(), std::move(options), world.in(10s)));
}

/// How many connections the requests came on.
std::size_t connections(const NetWorld& world) {
  std::set<std::string> peers;
  for (const auto& request : world.handler.requests) peers.insert(request.peer);
  return peers.size();
}

TEST(KeptConnections, CarryTheNextRequestThatMayRepeat) {
  NetWorld world;
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(ask(world, world.url("http"), kRepeats));

  EXPECT_EQ(world.handler.requests.size(), 3u);
  EXPECT_EQ(connections(world), 1u);
}

TEST(KeptConnections, AreNotForARequestThatMustNotBeSentTwice) {
  NetWorld world;
  ASSERT_TRUE(ask(world, world.url("http"), kRepeats));
  ASSERT_TRUE(ask(world, world.url("http"), {}));
  ASSERT_TRUE(ask(world, world.url("http"), {}));

  EXPECT_EQ(connections(world), 3u);
}

TEST(KeptConnections, AreNotForWhoMayReachLess) {
  NetWorld world;
  ASSERT_TRUE(ask(world, world.url("http"), kRepeats));
  auto fewer = kRepeats;
  fewer.reach = Reach::public_only;

  const auto refused = ask(world, world.url("http"), fewer);

  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().type, ErrorType::permanent);
}

bool keeps_alive(std::string bytes, bool has_ended = false) {
  HttpResponseDecoder decoder(HttpLimits{}, false);
  const auto step = decoder.feed(bytes);
  if (has_ended) decoder.end_of_stream();
  EXPECT_TRUE(has_ended || step == HttpResponseDecoder::Step::done) << bytes;
  return decoder.keeps_alive();
}

TEST(KeptConnections, AreThoseThatTheServerMeansToKeep) {
  const std::string length = "Content-Length: 0\r\n";
  EXPECT_TRUE(keeps_alive("HTTP/1.1 200 OK\r\n" + length + "\r\n"));
  EXPECT_TRUE(keeps_alive("HTTP/1.1 204 No Content\r\n\r\n"));
  EXPECT_FALSE(keeps_alive("HTTP/1.1 200 OK\r\n" + length + "Connection: Close\r\n\r\n"));
  EXPECT_FALSE(keeps_alive("HTTP/1.1 200 OK\r\n" + length +
                           "Connection: keep-alive\r\nconnection: x, close\r\n\r\n"));
  EXPECT_FALSE(keeps_alive("HTTP/1.0 200 OK\r\n" + length + "\r\n"));
  EXPECT_FALSE(keeps_alive("HTTP/1.1 200 OK\r\n\r\nup to its end", true));
}

/// Answers the first request of each connection as if another might follow, and closes.
asio::awaitable<void> answer_and_close(asio::ip::tcp::acceptor& acceptor, int& requests) {
  constexpr std::string_view kOk = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  while (true) {
    auto socket = co_await acceptor.async_accept(asio::use_awaitable);
    std::array<char, 4096> request{};
    const auto in = asio::buffer(request);
    co_await socket.async_read_some(in, asio::use_awaitable);
    ++requests;
    const auto out = asio::buffer(kOk);
    co_await asio::async_write(socket, out, asio::use_awaitable);
  }
}

TEST(KeptConnections, ThatTurnOutToBeClosedAreReplacedUnseen) {
  NetWorld world;
  asio::ip::tcp::acceptor acceptor(world.context, {asio::ip::address_v4::loopback(), 0});
  int requests = 0;
  auto answering = answer_and_close(acceptor, requests);
  asio::co_spawn(world.context, std::move(answering), [](const std::exception_ptr&) {});
  const auto url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/";

  for (int i = 0; i < 3; ++i) {
    const auto response = ask(world, url, kRepeats);
    ASSERT_TRUE(response) << response.error().message;
    EXPECT_EQ(response->body, "ok");
  }
  EXPECT_EQ(requests, 3);
}

TEST(KeptConnections, DoNotHoldUpAContextThatEnds) {
  NetWorld world;
  ASSERT_TRUE(ask(world, world.url("http"), kRepeats));
  world.stop_server(0s);

  close_kept_connections(world.context.get_executor());

  world.context.restart();
  const auto start = std::chrono::steady_clock::now();
  world.context.run_for(30s);
  EXPECT_TRUE(world.context.stopped());
  EXPECT_LT(std::chrono::steady_clock::now() - start, 20s);
}

}  // namespace
}  // namespace callosum::net
