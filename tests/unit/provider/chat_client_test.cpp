// A chat model behind HTTP: what ends an answer, whatever its body goes on to do.
#include "provider/chat/chat_client.hpp"

#include <gmock/gmock.h>

#include "hostile_server.hpp"
#include "real_world.hpp"

namespace callosum::provider::chat {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using testing::HostileServer;

constexpr const char* kHead =
    "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n";
const std::string kText =
    "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"Hello.\"},\"finish_reason\":"
    "\"stop\"}]}\n\n";

/// Sends this much of a body, and then holds the connection until the client has gone.
struct Server {
  explicit Server(std::string body, std::string head = kHead)
      : text(std::move(head) + std::move(body)),
        server([this](HostileServer& s, HostileServer::Socket& socket) {
          return serve(s, socket, text);
        }) {}
  static asio::awaitable<void> serve(HostileServer& server, HostileServer::Socket& socket,
                                     std::string text) {
    co_await server.read_request(socket);
    co_await server.send(socket, std::move(text));
    co_await server.stall(socket);
  }
  Result<realtime::ChatAnswer> ask(std::chrono::seconds within) {
    ChatOptions options;
    options.url = server.url();
    options.model = "m";
    options.patience = patience;
    const auto model = make_chat_model(std::move(options), world.time());
    return world.run(model->ask(
        {}, [this](std::string_view piece) { heard += piece; }, world.in(within)));
  }

  std::string text;
  std::chrono::milliseconds patience{0};
  std::string heard;
  testing::RealWorld world;
  HostileServer server;
};

TEST(ChatClient, ReadsNothingBehindTheEndOfAnAnswer) {
  Server server(kText + "data: [DONE]\n\n");

  const auto answer = server.ask(30s);

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->text, "Hello.");
  EXPECT_EQ(server.heard, "Hello.");
}

TEST(ChatClient, LeavesAtOnceWhereTheServiceGivesUp) {
  Server server("data: {\"error\":{\"message\":\"overloaded\"}}\n\n");

  const auto answer = server.ask(30s);

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().type, ErrorType::transient);
  EXPECT_THAT(answer.error().detail, HasSubstr("overloaded"));
}

TEST(ChatClient, LeavesAtOnceWhereTheAnswerCannotBeRead) {
  Server server("data: {\n\n");

  const auto answer = server.ask(30s);

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().type, ErrorType::transient);
}

TEST(ChatClient, TellsWhoseFaultItIs) {
  const std::pair<const char*, ErrorType> cases[]{
      {"400 Bad Request", ErrorType::validation},  // too long a conversation, say
      {"413 Content Too Large", ErrorType::validation},
      {"422 Unprocessable Content", ErrorType::validation},
      {"401 Unauthorized", ErrorType::auth},
      {"403 Forbidden", ErrorType::auth},
      {"404 Not Found", ErrorType::transient},
      {"429 Too Many Requests", ErrorType::transient},
      {"503 Service Unavailable", ErrorType::transient}};
  for (const auto& [status, type] : cases) {
    Server server("no\n", std::string("HTTP/1.1 ") + status +
                              "\r\nContent-Length: 3\r\nConnection: close\r\n\r\n");

    const auto answer = server.ask(30s);

    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().type, type) << status;
    EXPECT_THAT(answer.error().detail, HasSubstr(std::string(status, 3)));
  }
}

TEST(ChatClient, WaitsNoLongerThanItMay) {
  Server server(kText);

  const auto answer = server.ask(1s);

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().type, ErrorType::timeout);
}

TEST(ChatClient, GivesUpAServerThatSaysNothingMore) {
  Server server(kText);
  server.patience = 200ms;

  const auto answer = server.ask(600s);

  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().type, ErrorType::timeout);
  EXPECT_EQ(server.heard, "Hello.");
}

}  // namespace
}  // namespace callosum::provider::chat
