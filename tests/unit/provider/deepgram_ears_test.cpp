// Deepgram's ears on their line: what is sent, sent again, kept alive, and given up.
#include "provider/deepgram/deepgram_ears.hpp"

#include <gmock/gmock.h>

#include "base/encoding.hpp"
#include "fake_service.hpp"
#include "virtual_world.hpp"

namespace callosum::provider::deepgram {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using Kind = realtime::HeardEvent::Kind;

struct Listening {
  explicit Listening(const std::string& model = "flux-general-en") {
    ListenOptions options;
    options.service.url = "wss://speech.example";
    options.service.model = model;
    const auto make = make_deepgram_ears(options, {world.time(), service.dial()});
    ears = make(world.executor(), [this] { ++news; }).value();
  }
  ~Listening() {
    ears.reset();
    pass(1s);
  }
  void pass(std::chrono::nanoseconds span) { world.run(async::sleep_until(world.in(span))); }
  /// In real time, 20 ms a piece.
  void speak(std::chrono::milliseconds length, const std::string& format = "audio/pcmu") {
    for (auto left = length; left.count() > 0; left -= 20ms) {
      const std::vector<std::uint8_t> frame(format == "audio/pcm" ? 960 : 160, 1);
      EXPECT_TRUE(ears->feed(encode_base64(frame), format));
      pass(20ms);
    }
  }
  void turn(const std::string& event, double start, double end, const std::string& text) {
    service.says(R"({"type":"TurnInfo","event":")" + event + R"(","audio_window_start":)" +
                 std::to_string(start) + R"(,"audio_window_end":)" + std::to_string(end) +
                 R"(,"transcript":")" + text + "\"}");
    world.settle();
  }
  /// Live: a span from 0.5 s on.
  void span(const std::string& is_final, const std::string& text, const std::string& words) {
    service.says(R"({"type":"Results","start":0.5,"duration":2,"is_final":)" + is_final +
                 R"(,"speech_final":)" + is_final +
                 R"(,"channel":{"alternatives":[{"transcript":")" + text + R"(","words":[)" +
                 words + "]}]}}");
    world.settle();
  }
  std::vector<std::string> heard() {
    std::vector<std::string> out;
    while (const auto event = ears->take()) {
      const auto at = std::to_string(event->at_ms);
      switch (event->kind) {
        case Kind::started:
          out.push_back("started " + at);
          break;
        case Kind::stopped:
          out.push_back("stopped " + at);
          break;
        case Kind::partial:
          out.push_back("partial " + event->text);
          break;
        case Kind::words:
          out.push_back("words " + event->text);
          break;
        case Kind::failed:
          out.push_back("failed");
          break;
        case Kind::lost:
          out.push_back("lost " + std::string(to_string(event->why)));
          break;
      }
    }
    return out;
  }

  testing::VirtualWorld world;
  testing::FakeService service{world.executor(), world.time()};
  int news = 0;
  std::unique_ptr<realtime::Ears> ears;
};

TEST(DeepgramEars, DialWithTheFirstSoundAndPassItOnAsItIs) {
  Listening l;
  l.pass(1s);
  EXPECT_TRUE(l.service.dials.empty());

  l.speak(100ms);

  ASSERT_EQ(l.service.dials.size(), 1u);
  EXPECT_THAT(l.service.dials[0].url, HasSubstr("/v2/listen?model=flux-general-en"));
  EXPECT_THAT(l.service.dials[0].url, HasSubstr("encoding=mulaw&sample_rate=8000"));
  EXPECT_THAT(l.service.heard(l.world), ElementsAre("~800"));
  l.turn("StartOfTurn", 0, 0.1, "hello");
  l.turn("EndOfTurn", 0, 0.1, "hello");
  EXPECT_THAT(l.heard(), ElementsAre("started 0", "partial hello", "stopped 100", "words hello"));
  EXPECT_GE(l.news, 2);
}

TEST(DeepgramEars, AreNotMadeOfWhatTheServiceRefuses) {
  ListenOptions options;
  options.service.model = "flux-general-en";
  for (const int ms : {0, 500, 5000, 60'000}) {
    options.turn_ms = ms;
    EXPECT_TRUE(check(options)) << ms;
  }
  for (const int ms : {1, 499, 60'001}) {
    options.turn_ms = ms;
    EXPECT_FALSE(check(options)) << ms;
  }
  options.service.model = "nova-3";
  options.turn_ms = 300;
  EXPECT_TRUE(check(options));
}

TEST(DeepgramEars, HintAtALanguageOnlyWhereThereAreSeveral) {
  ListenOptions options;
  options.service.url = "wss://speech.example";
  options.language = "de";
  options.service.model = "flux-general-multi";
  EXPECT_THAT(make_listen_wire(options)->where("audio/pcmu").url, HasSubstr("language_hint=de"));
  options.service.model = "flux-general-en";
  EXPECT_THAT(make_listen_wire(options)->where("audio/pcmu").url, Not(HasSubstr("language_hint")));
}

TEST(DeepgramEars, RefuseWhatIsNoSound) {
  Listening l;
  EXPECT_FALSE(l.ears->feed("!", "audio/pcmu"));
  EXPECT_FALSE(l.ears->feed(encode_base64(std::vector<std::uint8_t>(3)), "audio/pcm"));
  EXPECT_TRUE(l.ears->feed("", "audio/pcmu"));  // an empty frame would close the stream
  EXPECT_FALSE(l.ears->commit());
  EXPECT_TRUE(l.service.dials.empty());
}

TEST(DeepgramEars, SendAgainWhatWasNotAcknowledgedWhenTheLineBroke) {
  Listening l;
  l.speak(2s);
  l.turn("StartOfTurn", 0.2, 0.5, "one");
  l.turn("EndOfTurn", 0.2, 1.5, "one");
  l.turn("StartOfTurn", 1.6, 2, "two");
  l.heard();
  l.service.refuse(1, ErrorType::transient);
  l.service.line().abort();
  l.speak(500ms);

  ASSERT_EQ(l.service.dials.size(), 3u);
  // From the acknowledged 1.5 s on, and what was said without a line.
  EXPECT_THAT(l.service.heard(l.world), ElementsAre("~8000"));
  l.turn("StartOfTurn", 0.1, 0.5, "two");
  l.turn("EndOfTurn", 0.1, 0.9, "two three");
  EXPECT_THAT(l.heard(), ElementsAre("partial two", "stopped 2400", "words two three"));
}

TEST(DeepgramEars, KeepTheWordsOfATurnWhoseBeginningIsNotSentAgain) {
  Listening l;
  l.speak(2s);
  l.turn("StartOfTurn", 0.2, 1, "one");
  l.turn("Update", 0.2, 2, "one two");
  l.speak(6s);
  l.turn("Update", 0.2, 8, "one two three");
  l.speak(6s);
  l.turn("Update", 0.2, 14, "one two three");
  l.heard();
  l.service.line().abort();
  l.pass(200ms);

  l.turn("StartOfTurn", 8, 9, "three");
  l.turn("EndOfTurn", 8, 10, "three four");
  EXPECT_THAT(l.heard(),
              ElementsAre("partial one two three", "stopped 14000", "words one two three four"));
  l.turn("StartOfTurn", 10, 10, "five");
  EXPECT_EQ(l.heard().back(), "partial five");
}

TEST(DeepgramEars, TellThatATurnFailedWhoseBeginningIsLost) {
  Listening l;
  l.speak(2s);
  l.turn("StartOfTurn", 0.2, 1, "");
  l.speak(6s);
  l.turn("Update", 0.2, 8, "");
  l.speak(6s);
  l.heard();
  l.service.line().abort();
  l.pass(200ms);

  EXPECT_THAT(l.heard(), ElementsAre("stopped 4000", "failed"));
}

TEST(DeepgramEars, KeepNoMoreThanTenSecondsForAnotherLine) {
  Listening l;
  l.speak(15s);
  l.service.line().abort();
  l.pass(200ms);

  EXPECT_THAT(l.service.heard(l.world), ElementsAre("~80000"));
}

TEST(DeepgramEars, SayWhyNothingMoreWillBeHeard) {
  Listening l;
  l.service.refuse(1, ErrorType::auth);
  l.speak(100ms);
  EXPECT_THAT(l.heard(), ElementsAre("lost AUTH"));
  l.speak(100ms);
  EXPECT_FALSE(l.ears->commit());
  EXPECT_EQ(l.service.dials.size(), 1u);
}

TEST(DeepgramEars, GiveUpAnUtteranceWithTheLineThatCannotBeFoundAgain) {
  Listening l;
  l.speak(500ms);
  l.turn("StartOfTurn", 0.2, 0.5, "one");
  l.heard();
  l.service.refuse(100, ErrorType::transient);
  l.service.line().abort();
  l.pass(30s);

  EXPECT_THAT(l.heard(), ElementsAre("stopped 500", "failed", "lost TIMEOUT"));
}

TEST(DeepgramEars, HearSilenceWhereTheCallersSoundStops) {
  Listening l;
  l.speak(500ms);
  l.turn("StartOfTurn", 0.2, 0.5, "one");
  l.service.heard(l.world);
  l.pass(2s);

  const auto sent = l.service.heard(l.world);
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_GE(std::stoi(sent[0].substr(1)), 8000);  // a second at least
  l.turn("EndOfTurn", 0.2, 1.4, "one");
  EXPECT_THAT(l.heard(), ElementsAre("started 200", "partial one", "stopped 500", "words one"));
  l.pass(3s);
  EXPECT_THAT(l.service.heard(l.world), IsEmpty());
}

TEST(DeepgramEars, HearSilenceBehindATurnWhereWordsWouldKeepTheLineAlive) {
  Listening l("nova-3");
  l.speak(500ms);
  l.service.says(R"({"type":"SpeechStarted","timestamp":0.1})");
  l.world.settle();
  l.service.heard(l.world);
  l.pass(2s);

  const auto sent = l.service.heard(l.world);
  ASSERT_EQ(sent.size(), 1u);
  ASSERT_EQ(sent[0].front(), '~');
  EXPECT_GE(std::stoi(sent[0].substr(1)), 8000);  // a second at least
}

TEST(DeepgramEars, KeepAliveInWordsWhereTheServiceTakesThem) {
  Listening l("nova-3");
  l.speak(100ms);
  EXPECT_THAT(l.service.dials[0].url, HasSubstr("/v1/listen?model=nova-3"));
  l.service.heard(l.world);
  l.pass(9s);

  EXPECT_THAT(l.service.heard(l.world),
              ElementsAre(R"({"type":"KeepAlive"})", R"({"type":"KeepAlive"})"));
}

TEST(DeepgramEars, TellOnceWhatSilenceEndedBeforeItsSpanWasFinal) {
  Listening l("nova-3");
  l.speak(3s);
  const std::string told =
      R"({"word":"book","start":0.5,"end":0.7},{"word":"it","start":0.8,"end":0.9})";
  l.span("false", "book it", told);
  l.service.says(R"({"type":"UtteranceEnd","channel":[0,1],"last_word_end":0.9})");
  l.world.settle();
  EXPECT_THAT(l.heard(),
              ElementsAre("started 500", "partial book it", "stopped 900", "words book it"));

  l.span("false", "Book it.", told);
  l.span("true", "Book it.", told);
  EXPECT_THAT(l.heard(), IsEmpty());
}

TEST(DeepgramEars, TellWhatIsSaidBehindSilenceInTheSameSpan) {
  Listening l("nova-3");
  l.speak(3s);
  const std::string told = R"({"word":"book","start":0.5,"end":0.9})";
  l.span("false", "book", told);
  l.service.says(R"({"type":"UtteranceEnd","channel":[0,1],"last_word_end":0.9})");
  l.world.settle();
  l.heard();
  l.span("true", "book two",
         told + R"(,{"word":"two","punctuated_word":"Two.","start":2.1,"end":2.4})");

  EXPECT_EQ(l.heard().back(), "words Two.");
}

TEST(DeepgramEars, AskForTheWordsOfWhatTheCallersProgramCommits) {
  Listening l("nova-3");
  l.ears->detect_turns(false);
  l.speak(50ms);
  EXPECT_FALSE(l.ears->commit());
  l.speak(500ms);
  EXPECT_TRUE(l.ears->commit());
  EXPECT_EQ(l.service.heard(l.world).back(), R"({"type":"Finalize"})");
  l.service.says(
      R"({"type":"Results","start":0,"duration":0.5,"is_final":true,"from_finalize":true,"channel":{"alternatives":[{"transcript":"one"}]}})");
  l.world.settle();
  EXPECT_THAT(l.heard(), ElementsAre("words one"));

  l.speak(500ms);
  EXPECT_TRUE(l.ears->commit());
  l.pass(3s);  // no answer
  EXPECT_THAT(l.heard(), ElementsAre("words "));
  EXPECT_FALSE(l.ears->commit());
}

TEST(DeepgramEars, KeepTheirLineWhereThereIsNothingToForget) {
  Listening l("nova-3");
  l.ears->detect_turns(false);
  l.speak(500ms);
  l.ears->clear();
  l.pass(500ms);
  EXPECT_EQ(l.service.dials.size(), 2u);

  for (int i = 0; i < 10; ++i) l.ears->clear();
  l.pass(1s);

  EXPECT_EQ(l.service.dials.size(), 2u);
}

TEST(DeepgramEars, AreNotLostByWhatTheyForgetThemselves) {
  Listening l("nova-3");
  l.ears->detect_turns(false);
  for (int i = 0; i < 20; ++i) {
    l.speak(1s);
    l.ears->clear();
  }

  EXPECT_THAT(l.heard(), IsEmpty());
  EXPECT_GE(l.service.dials.size(), 20u);
}

TEST(DeepgramEars, DialAnewForSoundOfAnotherFormat) {
  Listening l;
  l.speak(200ms);
  l.speak(200ms, "audio/pcm");
  l.pass(500ms);

  ASSERT_EQ(l.service.dials.size(), 2u);
  EXPECT_THAT(l.service.dials[1].url, HasSubstr("encoding=linear16&sample_rate=24000"));
  EXPECT_THAT(l.service.heard(l.world).at(0), "~9600");
  l.turn("EndOfTurn", 0, 0.2, "one");
  EXPECT_THAT(l.heard(), ElementsAre("started 400", "stopped 400", "words one"));
}

TEST(DeepgramEars, EndTheStreamInOrderWhenTheyGo) {
  Listening l;
  l.speak(100ms);
  l.service.heard(l.world);
  l.ears.reset();

  EXPECT_THAT(l.service.heard(l.world), ElementsAre(R"({"type":"CloseStream"})"));
}

}  // namespace
}  // namespace callosum::provider::deepgram
