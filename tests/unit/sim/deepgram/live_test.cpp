// The simulated live transcription (protocol: telephony §2.1).
#include <gmock/gmock.h>

#include "audio/wav.hpp"
#include "deepgram_line.hpp"
#include "real_world.hpp"

namespace callosum::sim::deepgram {
namespace {

using testing::DeepgramLine;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::told;

TEST(DeepgramLive, TellsAnUtteranceFromItsBeginToItsEnd) {
  DeepgramLine line("utterances: [are you open]\n");
  line.open_live("&interim_results=true&vad_events=true&endpointing=300&utterance_end_ms=1000");

  line.hush(Ms(200));
  line.speak(Ms(600));
  line.hush(Ms(280));
  const auto before = told(line.take());
  line.hush(Ms(20));
  const auto at_end = told(line.take());
  line.hush(Ms(1000));

  EXPECT_THAT(before, ElementsAre("SpeechStarted", "partial are you"));
  EXPECT_THAT(at_end, ElementsAre("end are you open"));
  EXPECT_THAT(told(line.take()), ElementsAre("UtteranceEnd"));
}

TEST(DeepgramLive, SaysNothingBeforeTheEndWhereNobodyAskedForIt) {
  DeepgramLine line("utterances: [hello there]\n");
  line.open_live("&endpointing=300");

  line.speak(Ms(500));
  line.hush(Ms(400));

  EXPECT_THAT(told(line.take()), ElementsAre("end hello there"));
}

TEST(DeepgramLive, WithoutAScriptSaysHowLongItWas) {
  DeepgramLine line;
  line.open_live("&endpointing=300");

  line.speak(Ms(500));
  line.hush(Ms(400));

  EXPECT_THAT(told(line.take()), ElementsAre("end 500 ms of sound"));
}

TEST(DeepgramLive, LeavesAnEndToTheUtteranceEndInNoise) {
  DeepgramLine line("utterances: [{text: in the wind, no_end: true}]\n");
  line.open_live("&interim_results=true&endpointing=300&utterance_end_ms=1000");

  line.speak(Ms(300));
  line.hush(Ms(1500));

  EXPECT_THAT(told(line.take()),
              ElementsAre("partial in the", "final in the wind", "UtteranceEnd"));
}

TEST(DeepgramLive, MakesWordsFinalOnTheWay) {
  DeepgramLine line("utterances: [one two three four five]\nfinal_words: 2\nword_ms: 250\n");
  line.open_live("&interim_results=true&endpointing=300");

  line.speak(Ms(1300));
  line.hush(Ms(400));

  EXPECT_THAT(told(line.take()),
              ElementsAre("final one two", "partial three", "final three four", "end five"));
}

TEST(DeepgramLive, FlushesWhenItIsTold) {
  DeepgramLine line("utterances: [two words]\n");
  line.open_live("&endpointing=false");

  line.speak(Ms(300));
  line.hush(Ms(100));
  line.send(R"({"type":"Finalize"})");
  const auto flushed = line.take();
  line.send(R"({"type":"Finalize"})");
  const auto empty = line.take();

  ASSERT_THAT(told(flushed), ElementsAre("final two words"));
  EXPECT_TRUE(flushed[0].at("from_finalize").get_bool());
  EXPECT_THAT(told(empty), ElementsAre("final "));
}

TEST(DeepgramLive, ClosesBehindItsMetadata) {
  DeepgramLine line("utterances: [bye]\n");
  line.open_live();
  line.speak(Ms(200));

  line.send(R"({"type":"CloseStream"})");
  const auto last = line.take();
  line.pass(Ms(100));

  EXPECT_THAT(told(last), ElementsAre("final bye", "Metadata"));
  ASSERT_TRUE(line.closed());
  EXPECT_EQ(line.closed()->code, 1000);
}

TEST(DeepgramLive, GivesUpALineThatSaysNothingForTenSeconds) {
  DeepgramLine line;
  line.open_live();
  line.hush(Ms(100));

  line.pass(Ms(6000));
  line.send(R"({"type":"KeepAlive"})");
  line.pass(Ms(6000));
  EXPECT_FALSE(line.closed());
  line.pass(Ms(14000));

  ASSERT_TRUE(line.closed());
  EXPECT_EQ(line.closed()->code, 1011);
  EXPECT_THAT(line.closed()->reason, HasSubstr("net0001"));
}

TEST(DeepgramLive, DiesInTheMiddleAndHearsTheNextConnection) {
  DeepgramLine line(
      "utterances: [{text: first, connection: 1}, {text: again, connection: 2}]\n"
      "cuts: [{connection: 1, utterance: 1, into_ms: 200, manner: close, code: 1011, reason: "
      "x}]\n");
  line.open_live("&endpointing=300");
  line.speak(Ms(400));
  ASSERT_TRUE(line.closed());
  EXPECT_EQ(line.closed()->code, 1011);

  line.open_live("&endpointing=300");
  line.speak(Ms(400));
  line.hush(Ms(400));

  EXPECT_THAT(told(line.take()), ElementsAre("end again"));
}

TEST(DeepgramLive, KnowsARecordingByItsSoundWhateverTheOrder) {
  const callosum::testing::TempFolder folder;
  const auto record = [&](const std::string& name, int every) {
    audio::Pcm pcm{.samples = std::vector<std::int16_t>(8000), .sample_rate_hz = 8000};
    for (int i = 0; i < 8000; ++i) {
      const bool is_pause = i >= 3200 && i < 5600;  // 300 ms
      pcm.samples[static_cast<std::size_t>(i)] =
          static_cast<std::int16_t>(is_pause ? 0 : (i % every) * 200 - 3000);
    }
    const auto path = (folder.path() / name).string();
    audio::write_wav(path, pcm).value();
    return path;
  };
  const auto a = record("a.wav", 31);
  const auto b = record("b.wav", 47);
  DeepgramLine line("utterances:\n  - {text: this is a, wav: " + a +
                    "}\n  - {text: this is b, wav: " + b + "}\n");
  line.open_live("&endpointing=200");

  for (const auto& path : {b, a}) {
    line.hear((*twilio::load_utterance(path))->sound);
    line.hush(Ms(300));
  }

  EXPECT_THAT(told(line.take()), ElementsAre("end this is b", "end this is a"));
}

TEST(DeepgramDoor, RefusesBeforeTheUpgrade) {
  DeepgramLine line("refuse: {connections: 1, http_status: 429}\n");

  const auto busy = line.ask("/v1/listen?encoding=mulaw&sample_rate=8000");
  const auto no_rate = line.ask("/v1/listen?encoding=mulaw");
  const auto flux = line.ask("/v2/listen?encoding=mulaw&sample_rate=8000");
  const auto other = line.ask("/v3/listen");
  line.headers = {{"Authorization", ""}};
  const auto nobody = line.ask("/v1/listen?encoding=mulaw&sample_rate=8000");

  ASSERT_TRUE(busy.refusal && no_rate.refusal && flux.refusal && other.refusal && nobody.refusal);
  EXPECT_EQ(busy.refusal->status, 429);
  EXPECT_EQ(busy.refusal->headers.get("dg-error"), "TOO_MANY_REQUESTS");
  EXPECT_EQ(no_rate.refusal->status, 400);
  EXPECT_THAT(std::string(flux.refusal->headers.get("dg-error")), HasSubstr("flux-general"));
  EXPECT_EQ(other.refusal->status, 404);
  EXPECT_EQ(nobody.refusal->status, 401);
}

TEST(DeepgramDoor, TakesAKeyAsASubprotocol) {
  DeepgramLine line;
  line.headers = {{"Authorization", ""}, {"Sec-WebSocket-Protocol", "token, abc"}};

  const auto decision = line.ask("/v1/listen?encoding=mulaw&sample_rate=8000");

  EXPECT_FALSE(decision.refusal);
  EXPECT_EQ(decision.subprotocol, "token");
}

}  // namespace
}  // namespace callosum::sim::deepgram
