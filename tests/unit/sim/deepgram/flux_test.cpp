// The simulated Flux (protocol: telephony §2.2) and Aura (§4.1).
#include <gmock/gmock.h>

#include "deepgram_line.hpp"

namespace callosum::sim::deepgram {
namespace {

using testing::DeepgramLine;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::told;

TEST(DeepgramFlux, TellsATurn) {
  DeepgramLine line("utterances: [are you open]\n");
  line.open_flux();

  line.speak(Ms(600));
  line.hush(Ms(500));
  const auto events = line.take();

  EXPECT_THAT(told(events), ElementsAre("Connected", "StartOfTurn are", "Update are you",
                                        "EndOfTurn are you open"));
  std::uint64_t sequence = 0;
  for (const auto& event : events)
    EXPECT_EQ(event.at("sequence_id").to_number<std::uint64_t>(), sequence++);
  EXPECT_EQ(text_at(events.back(), "trigger"), "model");
  EXPECT_EQ(events.back().at("turn_index"), 0);
}

TEST(DeepgramFlux, EndsEarlyWhereItIsAskedTo) {
  DeepgramLine line("utterances: [yes please]\n");
  line.open_flux("&eager_eot_threshold=0.4");

  line.speak(Ms(200));
  line.hush(Ms(500));

  EXPECT_THAT(told(line.take()), ElementsAre("Connected", "StartOfTurn yes",
                                             "EagerEndOfTurn yes please", "EndOfTurn yes please"));
}

TEST(DeepgramFlux, ResumesATurnThatGoesOn) {
  DeepgramLine line("utterances: [yes please]\n");
  line.open_flux("&eager_eot_threshold=0.4");

  line.speak(Ms(200));
  line.hush(Ms(240));
  line.speak(Ms(200));
  line.hush(Ms(500));

  EXPECT_THAT(
      told(line.take()),
      ElementsAre("Connected", "StartOfTurn yes", "EagerEndOfTurn yes please", "TurnResumed yes",
                  "Update yes", "EagerEndOfTurn yes please", "EndOfTurn yes please"));
}

TEST(DeepgramFlux, TakesAScriptedEarlyEndBack) {
  DeepgramLine line(
      "utterances: [{text: on wednesday no wait thursday, early_text: on wednesday}]\n");
  line.open_flux("&eager_eot_threshold=0.4");

  line.speak(Ms(200));
  line.hush(Ms(900));

  const auto events = told(line.take());
  ASSERT_EQ(events.size(), 5u);
  EXPECT_EQ(events[2], "EagerEndOfTurn on wednesday");
  EXPECT_THAT(events[3], HasSubstr("TurnResumed"));
  EXPECT_EQ(events[4], "EndOfTurn on wednesday no wait thursday");
}

TEST(DeepgramFlux, EndsByTheTimeOutAloneWhereItIsSoTold) {
  DeepgramLine line("utterances: [hm, next]\n");
  line.open_flux("&eot_threshold=1.0&eot_timeout_ms=800");

  line.speak(Ms(100));
  line.hush(Ms(780));
  const auto before = told(line.take());
  line.hush(Ms(20));
  const auto at_end = line.take();
  line.speak(Ms(100));
  line.send(R"({"type":"ForceEndTurn"})");

  EXPECT_THAT(before, ElementsAre("Connected", "StartOfTurn hm"));
  ASSERT_THAT(told(at_end), ElementsAre("EndOfTurn hm"));
  EXPECT_EQ(text_at(at_end[0], "trigger"), "timeout");
  const auto forced = line.take();
  EXPECT_EQ(text_at(forced.back(), "trigger"), "manual");
  EXPECT_EQ(forced.back().at("turn_index"), 1);
}

TEST(DeepgramFlux, IsConfiguredAnew) {
  DeepgramLine line;
  line.open_flux();

  line.send(R"({"type":"Configure","thresholds":{"eot_threshold":0.9},"keyterms":["Vance"]})");
  line.send(R"({"type":"Configure","thresholds":{"eot_threshold":7}})");

  const auto events = line.take();
  ASSERT_THAT(told(events), ElementsAre("Connected", "ConfigureSuccess", "ConfigureFailure"));
  EXPECT_EQ(events[1].at("thresholds").at("eot_threshold"), 0.9);
  EXPECT_EQ(events[1].at("keyterms").at(0), "Vance");
}

TEST(DeepgramFlux, KnowsNoKeepAlive) {
  DeepgramLine line;
  line.open_flux();

  line.send(R"({"type":"KeepAlive"})");
  const auto events = line.take();
  line.pass(Ms(100));

  EXPECT_EQ(text_at(events.back(), "code"), "UNPARSABLE_CLIENT_MESSAGE");
  ASSERT_TRUE(line.closed());
}

TEST(DeepgramFlux, DiesWithAnError) {
  DeepgramLine line("cuts: [{at_ms: 200, error: INTERNAL_SERVER_ERROR, manner: close}]\n");
  line.open_flux();

  line.hush(Ms(240));

  const auto events = line.take();
  EXPECT_EQ(text_at(events.back(), "code"), "INTERNAL_SERVER_ERROR");
  ASSERT_TRUE(line.closed());
}

TEST(DeepgramAura, SaysSentencesAndTheRestOnFlush) {
  DeepgramLine line;
  line.open("/v1/speak?model=aura-2-thalia-en&encoding=mulaw&sample_rate=8000");

  line.send(R"({"type":"Speak","text":"Good morning. We "})");
  line.take();
  const auto sentence = line.sound.size();
  line.send(R"({"type":"Speak","text":"are open"})");
  line.send(R"({"type":"Flush"})");
  line.take();

  EXPECT_EQ(sentence, 5 * 1600u);
  EXPECT_GT(line.sound.size(), sentence);
  EXPECT_EQ(line.order.front(), "Metadata");
  EXPECT_EQ(line.order.back(), "Flushed");
}

TEST(DeepgramAura, ForgetsWhatIsCleared) {
  DeepgramLine line("voice: {first_byte_ms: 100, pace_ms: 100}\n");
  line.open("/v1/speak?encoding=mulaw&sample_rate=8000");

  line.send(R"({"type":"Speak","text":"A sentence that nobody wants any more. "})");
  line.send(R"({"type":"Flush"})");
  line.pass(Ms(250));
  line.send(R"({"type":"Clear"})");
  line.pass(Ms(3000));
  line.take();

  EXPECT_EQ(line.sound.size(), 2 * 1600u);
  EXPECT_EQ(line.order.back(), "Cleared");
}

TEST(DeepgramAura, WarnsOfTooManyFlushesAndRefusesTooMuchText) {
  DeepgramLine line;
  line.open("/v1/speak?encoding=mulaw&sample_rate=8000");

  for (int i = 0; i < 21; ++i) line.send(R"({"type":"Flush"})");
  line.take();
  EXPECT_EQ(line.order.back(), "Warning");
  line.send(R"({"type":"Speak","text":")" + std::string(2001, 'a') + "\"}");

  ASSERT_TRUE(line.closed());
  EXPECT_EQ(line.closed()->reason, "DATA-0001");
}

TEST(DeepgramAura, IsCutWhereTheScriptSaysSo) {
  DeepgramLine line("voice: {cut: {after_pieces: 2, manner: eof}}\n");
  line.open("/v1/speak?encoding=mulaw&sample_rate=8000");

  line.send(R"({"type":"Speak","text":"A sentence that is not finished. "})");
  line.take();

  EXPECT_EQ(line.sound.size(), 2 * 1600u);
  EXPECT_TRUE(line.closed());
}

TEST(DeepgramScript, ComplainsOfUnknownKeys) {
  const auto script = parse_script("utterances: [{text: a, txt: b}]\n");

  ASSERT_FALSE(script);
  EXPECT_THAT(script.error().message, HasSubstr("'txt'"));
}

}  // namespace
}  // namespace callosum::sim::deepgram
