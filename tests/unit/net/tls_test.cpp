#include "net/tls.hpp"

#include <filesystem>
#include <fstream>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net_world.hpp"

namespace callosum::net {
namespace {

using ::testing::HasSubstr;

class Tls : public ::testing::Test {
 protected:
  Tls() {
    std::string pattern = (std::filesystem::temp_directory_path() / "net-tls-XXXXXX").string();
    directory_ = ::mkdtemp(pattern.data());
    cert = directory_ / "cert.pem";
    key = directory_ / "key.pem";
    const auto made = make_localhost_certificate(cert, key);
    EXPECT_TRUE(made) << (made ? "" : made.error().message);
  }
  ~Tls() override { std::filesystem::remove_all(directory_); }

  ServerOptions server_options() {
    ServerOptions options;
    options.tls = *make_server_tls(cert, key);
    return options;
  }
  static std::string url(NetWorld& world, const std::string& scheme, const std::string& host) {
    return scheme + "://" + host + ":" + std::to_string(world.server->port()) + "/";
  }

  std::string cert;
  std::string key;

 private:
  std::filesystem::path directory_;
};

asio::awaitable<std::string> talk(NetWorld& world, WsConnectOptions options, std::string text) {
  auto connection = co_await connect_websocket(world.time, options, world.in(10s));
  if (!connection) co_return connection.error().message + ": " + connection.error().detail;
  auto& end = **connection;
  std::string heard;
  for (int i = 0; i < 3; ++i) {
    end.send(text);
    const auto answer = co_await end.read(world.in(10s));
    if (!answer) co_return "no answer: " + answer.error().message;
    heard = answer->data;
  }
  const auto deadline = world.in(5s);
  co_await end.close(1000, "", deadline);
  co_return heard == text ? "same " + std::to_string(end.close_info()->code) : "different";
}

TEST_F(Tls, CarriesAWebSocketToAnAddressOrANameOfTheCertificate) {
  NetWorld world(server_options());
  WsConnectOptions options;
  options.tls = *make_client_tls(cert);
  for (const char* host : {"127.0.0.1", "localhost"}) {
    options.url = url(world, "wss", host);

    EXPECT_EQ(world.run(talk(world, options, "hello")), "same 1000");
    EXPECT_EQ(world.run(talk(world, options, std::string(300'000, 'x'))), "same 1000");
  }
}

TEST_F(Tls, CarriesHttp) {
  NetWorld world(server_options());
  HttpClientOptions options;
  options.tls = *make_client_tls(cert);
  HttpRequest request;
  request.method = "POST";
  request.body = "body";

  const auto response = world.run(send_http(world.time, url(world, "https", "localhost") + "x",
                                            request, options, world.in(10s)));

  ASSERT_TRUE(response) << response.error().detail;
  EXPECT_EQ(response->body, "POST /x body");
  EXPECT_TRUE(world.handler.requests[0].is_tls);
}

TEST_F(Tls, RefusesACertificateThatNobodyVouchesFor) {
  NetWorld world(server_options());
  WsConnectOptions options;
  options.url = url(world, "wss", "localhost");

  const auto connection = world.run(connect_websocket(world.time, options, world.in(10s)));

  ASSERT_FALSE(connection);
  EXPECT_EQ(connection.error().type, ErrorType::permanent);
  EXPECT_THAT(connection.error().detail, HasSubstr("certificate verify failed"));
}

TEST_F(Tls, RefusesACertificateOfAnotherHost) {
  NetWorld world(server_options());
  WsConnectOptions options;
  options.tls = *make_client_tls(cert);
  options.url = url(world, "wss", "127.0.0.2");

  const auto connection = world.run(connect_websocket(world.time, options, world.in(10s)));

  ASSERT_FALSE(connection);
}

TEST_F(Tls, DoesNotFallBackToPlain) {
  NetWorld world;
  WsConnectOptions options;
  options.tls = *make_client_tls(cert);
  options.url = url(world, "wss", "localhost");

  const auto connection = world.run(connect_websocket(world.time, options, world.in(10s)));

  ASSERT_FALSE(connection);
  EXPECT_TRUE(world.handler.requests.empty());
}

TEST_F(Tls, LosesAudioOfASlowReaderAndEndsWhenControlDoesNotFit) {
  NetWorld world(server_options());
  WsConnection* server = nullptr;
  world.handler.decision.limits.max_queued_bytes = 100'000;
  world.handler.decision.serve = [&](std::unique_ptr<WsConnection> c) -> asio::awaitable<void> {
    server = c.get();
    return echo(std::move(c), world.time);
  };
  WsConnectOptions options;
  options.tls = *make_client_tls(cert);
  options.url = url(world, "wss", "localhost");
  auto connection = world.run(connect_websocket(world.time, options, world.in(10s)));
  ASSERT_TRUE(connection);
  world.run_until([&] { return server != nullptr; });
  while (server->dropped_audio_frames() == 0) {
    ASSERT_TRUE(server->send(std::string(20'000, 'a'), FrameKind::audio));
  }
  bool is_open = true;

  for (int i = 0; i < 100 && is_open; ++i) is_open = server->send(std::string(20'000, 'c'));

  EXPECT_FALSE(is_open);
  EXPECT_EQ(server->close_info()->code, 1008);
}

TEST_F(Tls, KeepsTheKeyToItsOwnerAndWhatIsThere) {
  struct stat info {};
  ASSERT_EQ(::stat(key.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0600u);
  const auto before = std::filesystem::last_write_time(cert);

  EXPECT_TRUE(make_localhost_certificate(cert, key));

  EXPECT_EQ(std::filesystem::last_write_time(cert), before);
}

TEST_F(Tls, SaysWhichFileIsWrong) {
  const std::string junk = cert + ".junk";
  std::ofstream(junk) << "no certificate";

  const auto server = make_server_tls(junk, key);
  const auto client = make_client_tls(junk);
  const auto missing = make_server_tls(cert, "/nowhere/key.pem");

  ASSERT_FALSE(server);
  EXPECT_THAT(server.error().message, HasSubstr(junk));
  ASSERT_FALSE(client);
  EXPECT_THAT(client.error().message, HasSubstr(junk));
  ASSERT_FALSE(missing);
  EXPECT_THAT(missing.error().message, HasSubstr("/nowhere/key.pem"));
}

}  // namespace
}  // namespace callosum::net
