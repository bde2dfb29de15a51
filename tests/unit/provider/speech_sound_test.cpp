// The sound of speech that comes over HTTP.
#include <gmock/gmock.h>

#include "hostile_server.hpp"
#include "provider/openai/speech_mouth.hpp"
#include "real_world.hpp"

namespace callosum::provider::openai {
namespace {

using realtime::MouthEvent;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HostileServer;
namespace asio = boost::asio;

TEST(SpeechSound, IsWholeSamplesWhereverItWasCut) {
  const std::string pcm(4800, '\1');  // 100 ms
  for (const std::size_t step : {1u, 7u, 4800u}) {
    for (const auto& [format, bytes] :
         {std::pair{"audio/pcm", 4800u}, {"audio/pcmu", 800u}, {"audio/pcma", 800u}}) {
      SpeechSound sound(format);
      std::size_t got = 0;
      for (std::size_t at = 0; at < pcm.size(); at += step) {
        got += sound.take(std::string_view(pcm).substr(at, step)).size();
      }
      EXPECT_NEAR(static_cast<double>(got), bytes, 2) << format << step;
    }
  }
}

TEST(SpeechRequest, AsksForPcmOfTheConfiguredVoice) {
  EXPECT_EQ(encode_speech_request("m", "alloy", "Say \"hi\"."),
            R"({"model":"m","voice":"alloy","input":"Say \"hi\".","response_format":"pcm"})");
}

/// 100 ms of sound in two chunks, the first of which ends inside a sample.
asio::awaitable<void> speak(HostileServer& server, HostileServer::Socket& socket) {
  while (true) {
    const auto request = co_await server.read_request(socket);
    if (request.empty()) co_return;
    std::string answer = "HTTP/1.1 200 OK\r\nContent-Type: audio/pcm\r\n";
    answer += "Transfer-Encoding: chunked\r\n\r\n";
    answer += "3e9\r\n" + std::string(1001, '\1') + "\r\n";
    answer += "ed7\r\n" + std::string(3799, '\1') + "\r\n0\r\n\r\n";
    const bool is_sent = co_await server.send(socket, answer);
    if (!is_sent) co_return;
  }
}

asio::awaitable<void> refuse(HostileServer& server, HostileServer::Socket& socket) {
  co_await server.read_request(socket);
  const std::string answer = "HTTP/1.1 401 Unauthorized\r\nContent-Length: 6\r\n\r\nno key";
  co_await server.send(socket, answer);
}

struct Spoken {
  std::size_t bytes = 0;
  std::vector<std::string> told;  // all but sound
};
Spoken say(const std::string& url, const std::vector<std::string>& pieces) {
  testing::RealWorld world;
  SpeechOptions options;
  options.service = {url, Secret("KEY"), "tts-1", nullptr, nullptr};
  options.voice = "alloy";
  const auto make = make_speech_mouth(options, world.time());
  Spoken out;
  std::unique_ptr<realtime::Mouth> mouth;
  const auto on_news = [&] {
    while (const auto event = mouth->take()) {
      out.bytes += event->sound.size();
      if (event->kind == MouthEvent::Kind::sound) continue;
      if (event->kind == MouthEvent::Kind::marks) {
        out.told.push_back("mark " + std::to_string(event->marks.at(0).bytes));
        continue;
      }
      const bool is_spoken = event->kind == MouthEvent::Kind::spoken;
      out.told.emplace_back(is_spoken ? "spoken" : to_string(event->why.type));
      world.context().stop();
    }
  };
  mouth = make(world.context().get_executor(), {"audio/pcm", ""}, on_news).value();
  for (const auto& piece : pieces) mouth->say(piece);
  mouth->flush();
  world.context().run();
  return out;
}

TEST(SpeechOverHttp, AsksForEachPieceInOrderAndTakesItsSoundAsItComes) {
  HostileServer server(speak);

  const auto spoken = say(server.url() + "/v1", {"One.", "Two."});

  EXPECT_EQ(spoken.bytes, 9600u);
  EXPECT_THAT(spoken.told, ElementsAre("mark 4", "mark 9", "spoken"));
  ASSERT_EQ(server.requests().size(), 2u);
  EXPECT_THAT(server.requests()[0], HasSubstr("POST /v1/audio/speech HTTP/1.1"));
  EXPECT_THAT(server.requests()[0], HasSubstr("Authorization: Bearer KEY"));
  EXPECT_THAT(server.requests()[0], HasSubstr(R"("input":"One.")"));
  EXPECT_THAT(server.requests()[1], HasSubstr(R"("input":"Two.")"));
}

TEST(SpeechOverHttp, SaysWhyItIsRefused) {
  HostileServer server(refuse);

  EXPECT_THAT(say(server.url(), {"One."}).told, ElementsAre("AUTH"));
}

}  // namespace
}  // namespace callosum::provider::openai
