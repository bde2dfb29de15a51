#include "net/client.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "net_world.hpp"

namespace callosum::net {
namespace {

using ::testing::HasSubstr;

TEST(Url, IsTakenApart) {
  const auto plain = parse_url("ws://example.com");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "example.com");
  EXPECT_EQ(plain->port, 80);
  EXPECT_EQ(plain->target, "/");
  EXPECT_FALSE(plain->is_tls());

  const auto full = parse_url("WSS://[::1]:8443/v1/realtime?model=x#part");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->scheme, "wss");
  EXPECT_EQ(full->host, "::1");
  EXPECT_EQ(full->port, 8443);
  EXPECT_EQ(full->target, "/v1/realtime?model=x");
  EXPECT_TRUE(full->is_tls());

  EXPECT_EQ(parse_url("https://h?a=b")->target, "/?a=b");
  EXPECT_EQ(parse_url("https://h")->port, 443);
}

TEST(Url, IsRefusedWhenMalformed) {
  for (const char* text :
       {"", "example.com", "ftp://h/", "http://", "http:///x", "http://h:0/", "http://h:70000/",
        "http://h:x/", "http://h:/", "http://a b/", "http://user@h/", "http://h/a b", "http://h/\n",
        "http://[::1/", "http://[zz]/", "http://[::1]x/", "http://h/../x", "://h", "http://h\\x"}) {
    const auto url = parse_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_EQ(url.error().type, ErrorType::validation) << text;
  }
}

Result<HttpResponse> ask(NetWorld& world, HttpRequest request, HttpClientOptions options = {}) {
  return world.run(
      send_http(world.time, world.url("http", "/x?y=1"), request, options, world.in(10s)));
}

TEST(HttpClient, SendsARequestAndReadsItsAnswer) {
  NetWorld world;
  HttpRequest request;
  request.method = "POST";
  request.headers.set("X-Test", "value");
  request.body = "hello";

  const auto response = ask(world, request);

  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200);
  EXPECT_EQ(response->body, "POST /x?y=1 hello");
  const auto& seen = world.handler.requests[0];
  EXPECT_EQ(seen.headers.get("x-test"), "value");
  EXPECT_TRUE(seen.is_loopback);
  EXPECT_THAT(seen.peer, HasSubstr("127.0.0.1:"));
}

TEST(HttpClient, RefusesToSendWhatWouldSplitTheRequest) {
  NetWorld world;
  HttpRequest request;
  request.headers.set("X-Test", "a\r\nHost: other");

  const auto response = ask(world, request);

  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().type, ErrorType::validation);
}

/// A server that answers anything with these bytes and closes.
asio::awaitable<void> answer_once(asio::ip::tcp::acceptor& acceptor, std::string bytes) {
  auto socket = co_await acceptor.async_accept(asio::use_awaitable);
  std::array<char, 4096> request{};
  const auto in = asio::buffer(request);
  co_await socket.async_read_some(in, asio::use_awaitable);
  const auto out = asio::buffer(bytes);
  co_await asio::async_write(socket, out, asio::use_awaitable);
}

Result<HttpResponse> ask_for(const std::string& bytes, std::size_t max_body_bytes = 1000) {
  NetWorld world;
  asio::ip::tcp::acceptor acceptor(world.context, {asio::ip::address_v4::loopback(), 0});
  auto answering = answer_once(acceptor, bytes);
  asio::co_spawn(world.context, std::move(answering), [](const std::exception_ptr&) {});
  HttpClientOptions options;
  options.max_body_bytes = max_body_bytes;
  const auto url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/";
  return world.run(send_http(world.time, url, HttpRequest(), options, world.in(10s)));
}

TEST(HttpClient, ReadsBodiesHoweverTheyEnd) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";

  EXPECT_EQ(ask_for(ok + "Content-Length: 3\r\n\r\nabcdef")->body, "abc");
  EXPECT_EQ(ask_for(ok + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n")->body,
            "abcd");
  EXPECT_EQ(ask_for(ok + "\r\nuntil the end")->body, "until the end");
  EXPECT_EQ(ask_for("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")->status, 204);
}

/// Sends the second piece of a body only once the first has been seen.
asio::awaitable<void> serve_in_two(NetWorld& world, asio::ip::tcp::acceptor& acceptor,
                                   const std::string& seen, bool& was_early) {
  auto socket = co_await acceptor.async_accept(asio::use_awaitable);
  const std::string head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nfirst\r\n";
  co_await asio::async_write(socket, asio::buffer(head), asio::use_awaitable);
  while (seen.empty()) {
    const auto soon = world.in(1ms);
    co_await async::sleep_until(soon);
  }
  was_early = seen == "200 first;";
  const std::string rest = "6\r\nsecond\r\n0\r\n\r\n";
  co_await asio::async_write(socket, asio::buffer(rest), asio::use_awaitable);
}

TEST(HttpClient, ShowsABodyAsItComes) {
  NetWorld world;
  std::string seen;
  bool was_early = false;
  asio::ip::tcp::acceptor acceptor(world.context, {asio::ip::address_v4::loopback(), 0});
  const auto url = "http://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port()) + "/";
  auto serving = serve_in_two(world, acceptor, seen, was_early);
  asio::co_spawn(world.context, std::move(serving), [](const std::exception_ptr&) {});
  HttpClientOptions options;
  options.on_body = [&seen](int status, std::string_view bytes) {
    seen += std::to_string(status) + " " + std::string(bytes) + ";";
  };

  const auto response =
      world.run(send_http(world.time, url, HttpRequest(), std::move(options), world.in(10s)));

  ASSERT_TRUE(response);
  EXPECT_TRUE(was_early);
  EXPECT_EQ(seen, "200 first;200 second;");
  EXPECT_EQ(response->body, "firstsecond");
}

TEST(HttpClient, CallsEachFailureByItsName) {
  const std::string ok = "HTTP/1.1 200 OK\r\n";

  EXPECT_EQ(ask_for("").error().type, ErrorType::transient);
  EXPECT_EQ(ask_for("junk\r\n\r\n").error().type, ErrorType::transient);
  EXPECT_EQ(ask_for(ok + "Content-Length: 9\r\n\r\nabc").error().type, ErrorType::transient);
  EXPECT_EQ(ask_for(ok + "Content-Length: 2000\r\n\r\n").error().type, ErrorType::output_too_large);
  EXPECT_EQ(ask_for(ok + "\r\n" + std::string(2000, 'x')).error().type,
            ErrorType::output_too_large);
  EXPECT_EQ(ask_for(ok + "X: " + std::string(20000, 'x') + "\r\n\r\n").error().type,
            ErrorType::output_too_large);
}

TEST(HttpClient, GivesUpAtItsDeadlineAndOnNobody) {
  NetWorld world;
  asio::ip::tcp::acceptor silent(world.context, {asio::ip::address_v4::loopback(), 0});
  const auto url = "http://127.0.0.1:" + std::to_string(silent.local_endpoint().port()) + "/";

  const auto late = world.run(send_http(world.time, url, HttpRequest(), {}, world.in(20ms)));
  silent.close();
  const auto nobody = world.run(send_http(world.time, url, HttpRequest(), {}, world.in(10s)));

  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().type, ErrorType::timeout);
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().type, ErrorType::transient);
  EXPECT_THAT(nobody.error().message, HasSubstr("cannot connect to 127.0.0.1:"));
}

Error refused_with(int status) {
  NetWorld world;
  world.handler.decision.refusal = HttpResponse::text(status, std::string(5000, 'b'));
  WsConnectOptions options;
  options.url = world.url("ws");
  const auto connection = world.run(connect_websocket(world.time, options, world.in(10s)));
  return connection ? Error() : connection.error();
}

TEST(WsClient, CallsEachRefusalByItsName) {
  EXPECT_EQ(refused_with(401).type, ErrorType::auth);
  EXPECT_EQ(refused_with(403).type, ErrorType::auth);
  EXPECT_EQ(refused_with(429).type, ErrorType::rate_limit);
  EXPECT_EQ(refused_with(503).type, ErrorType::transient);
  EXPECT_EQ(refused_with(404).type, ErrorType::permanent);
  EXPECT_EQ(refused_with(404).detail, std::string(2048, 'b'));
}

TEST(WsClient, RefusesA101ThatIsNotForItsKey) {
  NetWorld world;
  asio::ip::tcp::acceptor acceptor(world.context, {asio::ip::address_v4::loopback(), 0});
  auto answering = answer_once(acceptor,
                               "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                               "Connection: Upgrade\r\nSec-WebSocket-Accept: wrong\r\n\r\n");
  asio::co_spawn(world.context, std::move(answering), [](const std::exception_ptr&) {});
  WsConnectOptions options;
  options.url = "ws://127.0.0.1:" + std::to_string(acceptor.local_endpoint().port());

  const auto connection = world.run(connect_websocket(world.time, options, world.in(10s)));

  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().type, ErrorType::permanent);
}

TEST(WsClient, RefusesOtherSchemes) {
  NetWorld world;
  WsConnectOptions options;
  options.url = world.url("http");

  const auto connection = world.run(connect_websocket(world.time, options, world.in(10s)));

  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().type, ErrorType::validation);
}

}  // namespace
}  // namespace callosum::net
