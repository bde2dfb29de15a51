// Ears and a mouth over sockets of this machine: the upgrade, our key, frames of both kinds.
#include <gmock/gmock.h>

#include "base/encoding.hpp"
#include "net_world.hpp"
#include "provider/deepgram/deepgram_ears.hpp"
#include "provider/deepgram/deepgram_mouth.hpp"

namespace callosum::provider::deepgram {
namespace {

namespace asio = boost::asio;
using ::testing::HasSubstr;
using Kind = realtime::HeardEvent::Kind;
using realtime::MouthEvent;

/// Hears one word in the first sound, and speaks 10 ms for every flush.
asio::awaitable<void> play_deepgram(std::unique_ptr<net::WsConnection> connection,
                                    async::TimeSource& time) {
  while (true) {
    auto reading = connection->read(async::Deadline::none(time));  // the peer hangs up
    const auto message = co_await std::move(reading);
    if (!message) co_return;
    if (message->is_binary) {
      connection->send(
          R"({"type":"TurnInfo","event":"EndOfTurn","audio_window_start":0,"audio_window_end":0.1,"transcript":"hello"})");
    } else if (message->data == R"({"type":"Flush"})") {
      connection->send_binary(std::string(80, '\1'));
      connection->send(R"({"type":"Flushed","sequence_id":0})");
    }
  }
}

struct Deepgram {
  Deepgram() {
    world.handler.decision.serve = [this](std::unique_ptr<net::WsConnection> connection) {
      return play_deepgram(std::move(connection), world.time);
    };
    options.url = world.url("ws", "");
    options.key = Secret("KEY");
  }
  net::NetWorld world;
  cloud::CloudOptions options;
};

TEST(SpeechSocket, CarriesTheCallersSoundAndBringsItsWords) {
  Deepgram deepgram;
  auto& world = deepgram.world;
  deepgram.options.model = "flux-general-en";
  ListenOptions options;
  options.service = deepgram.options;
  const auto make = make_deepgram_ears(options, {world.time, cloud::make_dial(world.time)});
  std::string words;
  auto ears = make(world.context.get_executor(), [] {}).value();
  ASSERT_TRUE(ears->feed(encode_base64(std::vector<std::uint8_t>(800, 1)), "audio/pcmu"));

  world.run_until([&] {
    while (const auto event = ears->take()) {
      if (event->kind == Kind::words) words = event->text;
    }
    return !words.empty();
  });

  EXPECT_EQ(words, "hello");
  ASSERT_EQ(world.handler.requests.size(), 1u);
  EXPECT_THAT(world.handler.requests[0].target, HasSubstr("/v2/listen?model=flux-general-en"));
  EXPECT_EQ(world.handler.requests[0].headers.get("Authorization"), "Token KEY");
}

TEST(SpeechSocket, CarriesWordsAndBringsTheirSound) {
  Deepgram deepgram;
  auto& world = deepgram.world;
  deepgram.options.model = "aura-2-thalia-en";
  const auto make =
      make_deepgram_mouth(deepgram.options, {world.time, cloud::make_dial(world.time)});
  auto mouth = make(world.context.get_executor(), {"audio/pcmu", ""}, [] {}).value();
  ASSERT_TRUE(world.run(mouth->open(world.in(std::chrono::seconds(5)))));
  mouth->say("Hello.");
  mouth->flush();
  std::size_t bytes = 0;
  bool is_spoken = false;

  world.run_until([&] {
    while (const auto event = mouth->take()) {
      bytes += event->sound.size();
      is_spoken |= event->kind == MouthEvent::Kind::spoken;
    }
    return is_spoken;
  });

  EXPECT_EQ(bytes, 80u);
  EXPECT_THAT(world.handler.requests[0].target,
              HasSubstr("/v1/speak?model=aura-2-thalia-en&encoding=mulaw&sample_rate=8000"));
}

TEST(SpeechSocket, IsRefusedForGoodWhereTheKeyIsWrong) {
  Deepgram deepgram;
  auto& world = deepgram.world;
  world.handler.decision.refusal = net::HttpResponse::text(401, "no such key");
  const auto make =
      make_deepgram_mouth(deepgram.options, {world.time, cloud::make_dial(world.time)});
  auto mouth = make(world.context.get_executor(), {"audio/pcmu", ""}, [] {}).value();

  const auto opened = world.run(mouth->open(world.in(std::chrono::seconds(5))));

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().type, ErrorType::auth);
}

}  // namespace
}  // namespace callosum::provider::deepgram
