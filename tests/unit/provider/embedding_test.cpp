// An embeddings server on the wire: what is asked, which answers are believed, what is passed on.
#include <cmath>
#include <gmock/gmock.h>

#include "hostile_server.hpp"
#include "provider/embedding/embedding_client.hpp"
#include "provider/embedding/embedding_wire.hpp"
#include "real_world.hpp"

namespace callosum::provider::embedding {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HostileServer;
using ::testing::Not;

std::string entry(const std::string& numbers, int index) {
  return R"({"object":"embedding","index":)" + std::to_string(index) + R"(,"embedding":[)" +
         numbers + "]}";
}

TEST(EmbeddingWire, AsksForAllTextsAtOnce) {
  EXPECT_EQ(encode_request("small", {"one", "\"two\""}),
            R"({"model":"small","input":["one","\"two\""]})");
}

TEST(EmbeddingWire, GivesDirectionsInTheOrderOfTheTexts) {
  const auto answer =
      decode_answer(R"({"object":"list","data":[)" + entry("0,3", 1) + "," + entry("-4,0", 0) +
                        R"(],"model":"small","usage":{"prompt_tokens":2,"total_tokens":2}})",
                    2);

  ASSERT_TRUE(answer) << answer.error().detail;
  EXPECT_THAT(*answer, ElementsAre(ElementsAre(-1, 0), ElementsAre(0, 1)));
}

TEST(EmbeddingWire, WithoutAnIndexTheOrderIsTheirs) {
  const auto answer = decode_answer(R"({"data":[{"embedding":[1,0]},{"embedding":[0,2]}]})", 2);
  ASSERT_TRUE(answer);
  EXPECT_THAT(*answer, ElementsAre(ElementsAre(1, 0), ElementsAre(0, 1)));
}

TEST(EmbeddingWire, BelievesNoNonsense) {
  const auto two = [](const std::string& data) { return R"({"data":[)" + data + "]}"; };
  const std::string good = entry("1,0", 0);
  std::string huge = "1";
  for (std::size_t i = 0; i < kMostDimensions; ++i) huge += ",1";
  for (const auto& body : {std::string(),
                           std::string("null"),
                           std::string("[]"),
                           std::string(R"({"data":{}})"),
                           std::string(R"({"error":"overloaded"})"),
                           two(""),
                           two(good),
                           two(good + "," + good),
                           two(good + "," + entry("1", 1)),
                           two(good + "," + entry("", 1)),
                           two(good + "," + entry("0,0", 1)),
                           two(good + "," + entry("1e-300,0", 1)),
                           two(good + "," + entry("1e300,1e300", 1)),
                           two(good + "," + entry("1e999,0", 1)),
                           two(good + "," + entry("NaN,0", 1)),
                           two(good + "," + entry("Infinity,0", 1)),
                           two(good + "," + entry("\"1\",0", 1)),
                           two(good + "," + entry("null,0", 1)),
                           two(good + "," + entry("[1],0", 1)),
                           two(good + "," + entry("0,1", 2)),
                           two(good + "," + entry("0,1", -1)),
                           two(good + R"(,{"index":"1","embedding":[0,1]})"),
                           two(good + R"(,{"index":1,"embedding":"AACAPwAAAAA="})"),
                           two(good + ",7"),
                           two(good + "," + entry("0,1", 1) + "," + entry("0,1", 2)),
                           two(entry(huge, 0) + "," + entry(huge, 1)),
                           two(good + "," + entry("0,1", 1)) + "x"}) {
    const auto answer = decode_answer(body, 2);
    ASSERT_FALSE(answer) << body.substr(0, 200);
    EXPECT_EQ(answer.error().type, ErrorType::transient);
  }
  EXPECT_FALSE(decode_answer(std::string(20 << 20, ' '), 1));
}

/// A server that answers every request so.
struct Server {
  Server(std::string status, std::string body)
      : server([status, body](HostileServer& s, HostileServer::Socket& socket) {
          return serve(s, socket, status, body);
        }) {}
  static asio::awaitable<void> serve(HostileServer& server, HostileServer::Socket& socket,
                                     std::string status, std::string body) {
    auto reading = server.read_request(socket);
    co_await std::move(reading);
    // One that was kept would keep the test.
    auto answering =
        server.answer(socket, std::move(status), std::move(body), "Connection: close\r\n");
    co_await std::move(answering);
  }
  Result<std::vector<realtime::Meaning>> ask(std::vector<std::string> texts) {
    const auto model =
        make_embedding_model({server.url() + "/v1", "small", Secret("sk-secret"), nullptr});
    return world.run(model->embed(std::move(texts), world.in(30s)));
  }

  testing::RealWorld world;
  HostileServer server;
};

TEST(EmbeddingClient, AsksWithItsKeyAndModel) {
  Server server("200 OK", R"({"data":[{"embedding":[0,1]}]})");

  const auto answer = server.ask({"where do I park"});

  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_THAT(*answer, ElementsAre(ElementsAre(0, 1)));
  ASSERT_EQ(server.server.requests().size(), 1u);
  const auto request = server.server.requests()[0];
  EXPECT_THAT(request, HasSubstr("POST /v1/embeddings HTTP/1.1"));
  EXPECT_THAT(request, HasSubstr("Authorization: Bearer sk-secret"));
  EXPECT_THAT(request, HasSubstr(R"({"model":"small","input":["where do I park"]})"));
}

TEST(EmbeddingClient, TellsRefusalsApartAndNeverTellsItsKey) {
  struct Case {
    const char *status, *body;
    ErrorType type;
    const char* told;
  };
  for (const auto& each :
       {Case{"401 Unauthorized", R"({"error":{"message":"no key sk-secret"}})", ErrorType::auth,
             "HTTP 401"},
        Case{"403 Forbidden", "sk-secret", ErrorType::auth, "HTTP 403"},
        Case{"400 Bad Request", R"({"error":{"message":"input too long"}})", ErrorType::permanent,
             "input too long"},
        Case{"400 Bad Request", R"({"error":{"message":"not sk-secret"}})", ErrorType::permanent,
             "HTTP 400"},
        Case{"404 Not Found", R"({"message":"no such model"})", ErrorType::transient,
             "no such model"},
        Case{"429 Too Many Requests", R"({"error":"slow down"})", ErrorType::rate_limit,
             "slow down"},
        Case{"503 Service Unavailable", "<html>", ErrorType::transient, "HTTP 503"},
        Case{"302 Found", "", ErrorType::transient, "HTTP 302"}}) {
    Server server(each.status, each.body);

    const auto answer = server.ask({"a"});

    ASSERT_FALSE(answer) << each.status;
    EXPECT_EQ(answer.error().type, each.type) << each.status;
    EXPECT_THAT(answer.error().detail, HasSubstr(each.told));
    EXPECT_THAT(answer.error().detail + answer.error().message, Not(HasSubstr("sk-secret")));
  }
}

TEST(EmbeddingClient, IsNotFilledByAnAnswerWithoutEnd) {
  Server server("200 OK", std::string(17 << 20, ' '));
  EXPECT_FALSE(server.ask({"a"}));
}

}  // namespace
}  // namespace callosum::provider::embedding
