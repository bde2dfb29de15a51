// A mouth over a speech service's socket: what waits for it, and what becomes of it when it breaks.
#include "provider/mouth/socket_mouth.hpp"

#include <gmock/gmock.h>

#include "fake_service.hpp"
#include "provider/deepgram/deepgram_mouth.hpp"
#include "provider/mouth/mouth_wire.hpp"
#include "virtual_world.hpp"

namespace callosum::provider::mouth {
namespace {

using namespace std::chrono_literals;
using realtime::MouthEvent;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Line {
  ~Line() {
    mouth.reset();
    pass(1s);
  }
  void begin() {
    cloud::CloudOptions options;
    options.url = "wss://speech.example";
    options.model = "aura-2-thalia-en";
    const auto make = deepgram::make_deepgram_mouth(options, {world.time(), service.dial()});
    auto made = make(world.executor(), {}, [this] { ++news; });
    ASSERT_TRUE(made);
    mouth = std::move(*made);
    world.settle();
  }
  void pass(std::chrono::nanoseconds span) { world.run(async::sleep_until(world.in(span))); }
  std::vector<std::string> told() {
    world.settle();
    std::vector<std::string> out;
    while (const auto event = mouth->take()) {
      const auto kind = event->kind;
      out.push_back(kind == MouthEvent::Kind::sound ? "sound " + std::to_string(event->sound.size())
                    : kind == MouthEvent::Kind::spoken
                        ? "spoken"
                        : "failed " + std::string(to_string(event->why.type)));
    }
    return out;
  }

  testing::VirtualWorld world;
  testing::FakeService service{world.executor(), world.time()};
  int news = 0;
  std::unique_ptr<realtime::Mouth> mouth;
};

TEST(SocketMouth, SpeaksOverOneConnectionThatItKeeps) {
  Line line;
  line.begin();
  EXPECT_TRUE(line.world.run(line.mouth->open(line.world.in(1s))));
  for (int i = 0; i < 2; ++i) {
    line.mouth->say("Hello.");
    line.mouth->flush();
    EXPECT_THAT(line.service.heard(line.world),
                ElementsAre(R"({"type":"Speak","text":"Hello."})", R"({"type":"Flush"})"));
    line.service.sends(480);
    line.service.says(R"({"type":"Flushed","sequence_id":0})");
    EXPECT_THAT(line.told(), ElementsAre("sound 480", "spoken"));
  }
  EXPECT_EQ(line.service.dials.size(), 1u);
  EXPECT_GT(line.news, 0);
}

TEST(SocketMouth, KeepsWordsUntilThereIsAConnection) {
  Line line;
  line.service.refuse(2, ErrorType::transient);
  line.begin();
  line.mouth->say("One.");
  line.mouth->say("Two.");
  line.mouth->flush();
  line.pass(1s);

  EXPECT_THAT(line.service.heard(line.world),
              ElementsAre(R"({"type":"Speak","text":"One."})", R"({"type":"Speak","text":" Two."})",
                          R"({"type":"Flush"})"));
  EXPECT_THAT(line.told(), IsEmpty());
  EXPECT_EQ(line.service.dials.size(), 3u);
}

TEST(SocketMouth, SaysAPieceThatIsTooLongForOneMessageInSeveral) {
  Line line;
  line.begin();
  std::string piece;
  for (int i = 0; i < 1000; ++i) piece += "word ";
  line.mouth->say(piece);

  std::string said;
  for (const auto& message : line.service.heard(line.world)) {
    EXPECT_LT(message.size(), 2040u);
    const std::string begin = R"({"type":"Speak","text":")";
    said += message.substr(begin.size(), message.size() - begin.size() - 2);
  }
  EXPECT_EQ(said, piece);
}

TEST(SocketMouth, CutsWordsBehindBlanksAndNeverInsideALetter) {
  EXPECT_THAT(parts_of("one two three", 8), ElementsAre("one two ", "three"));
  EXPECT_THAT(parts_of("äöü", 3), ElementsAre("ä", "ö", "ü"));
  EXPECT_THAT(parts_of("", 3), IsEmpty());
}

TEST(SocketMouth, HoldsTwoMegabytesOfSoundUntilSomebodyTakesIt) {
  Line line;
  line.begin();
  line.mouth->say("One.");
  for (int i = 0; i < 50; ++i) {
    line.service.sends(48'000);
    line.world.settle();
  }

  std::size_t held = 0;
  while (const auto event = line.mouth->take()) held += event->sound.size();
  EXPECT_GE(held, 2u << 20);
  EXPECT_LT(held, (2u << 20) + 48'000);
  line.pass(1s);  // the rest was not lost
  while (const auto event = line.mouth->take()) held += event->sound.size();
  EXPECT_GT(held, (2u << 20) + 48'000);
}

TEST(SocketMouth, EndsWordsThatWaitedForAConnectionWhenTheirEndComesLater) {
  Line line;
  line.service.refuse(1, ErrorType::transient);
  line.begin();
  line.mouth->say("One.");
  line.pass(1s);
  line.mouth->flush();

  EXPECT_THAT(line.service.heard(line.world),
              ElementsAre(R"({"type":"Speak","text":"One."})", R"({"type":"Flush"})"));
}

TEST(SocketMouth, TellsThatWordsFailedThatHadWaitedForTheConnectionThatBroke) {
  Line line;
  line.service.refuse(1, ErrorType::transient);
  line.begin();
  line.mouth->say("One.");
  line.pass(1s);
  line.service.line().abort();

  EXPECT_THAT(line.told(), ElementsAre("failed TRANSIENT"));
}

TEST(SocketMouth, TellsAtOnceThatThereIsNothingLeftToSpeak) {
  Line line;
  line.begin();
  line.mouth->flush();

  EXPECT_THAT(line.told(), ElementsAre("spoken"));
}

TEST(SocketMouth, TellsThatAnUtteranceFailedWhoseConnectionBrokeAndFindsAnother) {
  Line line;
  line.begin();
  line.mouth->say("One.");
  line.service.sends(480);
  line.world.settle();
  line.service.line().abort();

  EXPECT_THAT(line.told(), ElementsAre("sound 480", "failed TRANSIENT"));
  line.pass(1s);
  ASSERT_EQ(line.service.dials.size(), 2u);
  line.mouth->say("Two.");
  EXPECT_THAT(line.service.heard(line.world), ElementsAre(R"({"type":"Speak","text":"Two."})"));
}

TEST(SocketMouth, SaysNothingOfAConnectionThatBrokeInSilence) {
  Line line;
  line.begin();
  line.service.line().abort();
  line.pass(1s);

  EXPECT_THAT(line.told(), IsEmpty());
  EXPECT_EQ(line.service.dials.size(), 2u);
}

TEST(SocketMouth, GivesUpAtOnceWhereTheKeyIsWrong) {
  Line line;
  line.service.refuse(1, ErrorType::auth);
  line.begin();

  const auto opened = line.world.run(line.mouth->open(line.world.in(5s)));

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().type, ErrorType::auth);
  line.mouth->say("One.");
  EXPECT_THAT(line.told(), ElementsAre("failed AUTH"));
  line.pass(20s);
  EXPECT_EQ(line.service.dials.size(), 1u);
}

TEST(SocketMouth, GivesUpAfterAWhileWhereNobodyAnswers) {
  Line line;
  line.service.refuse(100, ErrorType::transient);
  line.begin();
  line.mouth->say("One.");
  line.pass(30s);

  EXPECT_THAT(line.told(), ElementsAre("failed TIMEOUT"));
  EXPECT_LT(line.service.dials.size(), 15u);
}

TEST(SocketMouth, ThatIsCutOffIsNotToldItsOwnEnd) {
  Line line;
  line.begin();
  line.mouth->say("One.");
  line.service.sends(480);
  line.world.settle();
  line.mouth->cancel();
  line.service.sends(480);
  line.service.says(R"({"type":"Cleared","sequence_id":0})");

  EXPECT_THAT(line.told(), IsEmpty());
  line.mouth->say("Two.");
  line.world.settle();
  line.service.sends(960);
  EXPECT_THAT(line.told(), ElementsAre("sound 960"));
}

}  // namespace
}  // namespace callosum::provider::mouth
