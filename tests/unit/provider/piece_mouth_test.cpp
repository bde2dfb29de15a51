// Mouths that speak piece by piece: in order, cut off in the middle, and the offline voice's own.
#include "provider/mouth/piece_mouth.hpp"

#include <gmock/gmock.h>

#include "async/with_deadline.hpp"
#include "provider/offline/offline_mouth.hpp"
#include "real_world.hpp"
#include "virtual_world.hpp"

namespace callosum::provider::mouth {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using realtime::MouthEvent;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> take_all(realtime::Mouth& mouth) {
  std::vector<std::string> out;
  while (const auto event = mouth.take()) {
    switch (event->kind) {
      case MouthEvent::Kind::sound:
        out.push_back("sound " + std::to_string(event->sound.size()));
        break;
      case MouthEvent::Kind::marks:
        out.push_back("mark " + std::to_string(event->marks.at(0).bytes) + "@" +
                      std::to_string(event->marks.at(0).at.count()));
        break;
      case MouthEvent::Kind::spoken:
        out.push_back("spoken");
        break;
      case MouthEvent::Kind::failed:
        out.push_back("failed " + event->why.message);
        break;
    }
  }
  return out;
}

/// 100 ms of thought, then 10 ms of sound a letter.
asio::awaitable<Result<void>> speak(async::TimeSource& time, std::string words,
                                    TakeSound on_sound) {
  auto thinking = async::sleep_until(async::Deadline::after(time, 100ms));
  co_await std::move(thinking);
  if (words == "(flood)") {
    for (int i = 0; i < 100; ++i) on_sound(std::vector<std::uint8_t>(8000));
    co_return Result<void>{};
  }
  if (words == "(fail)") co_return fail(ErrorType::transient, "no sound");
  on_sound(std::vector<std::uint8_t>(words.size() * 80));
  co_return Result<void>{};
}

struct Pieces {
  Pieces() {
    SpeakPiece speak_piece = [this](std::string words, realtime::MouthSettings, TakeSound on_sound,
                                    async::Deadline) {
      asked.push_back(words);
      return speak(world.time(), std::move(words), std::move(on_sound));
    };
    mouth = make_piece_mouth(world.time(), std::move(speak_piece), world.executor(),
                             {"audio/pcmu", ""}, [] {});
  }
  ~Pieces() {
    mouth.reset();
    pass(1s);
  }
  void pass(std::chrono::nanoseconds span) { world.run(async::sleep_until(world.in(span))); }

  testing::VirtualWorld world;
  std::vector<std::string> asked;
  std::unique_ptr<realtime::Mouth> mouth;
};

TEST(PieceMouth, TakesNoMoreSoundThanWordsCanHave) {
  Pieces p;
  p.mouth->say("(flood)");
  p.mouth->flush();
  p.pass(1s);

  std::size_t sound = 0;
  std::optional<MouthEvent> last;
  while (auto event = p.mouth->take()) {
    sound += event->sound.size();
    last = std::move(event);
  }
  EXPECT_LE(sound, 11u * 8000);  // ten seconds, and one for seven letters
  EXPECT_EQ(last.value().kind, MouthEvent::Kind::failed);
}

TEST(PieceMouth, SpeaksInOrderAndMarksWhereEachPieceEnds) {
  Pieces p;
  p.mouth->say("One.");
  p.mouth->say("Two two.");
  p.mouth->flush();
  p.pass(150ms);
  EXPECT_THAT(p.asked, ElementsAre("One.", "Two two."));
  EXPECT_THAT(take_all(*p.mouth), ElementsAre("sound 320", "mark 4@40"));
  p.pass(100ms);
  EXPECT_THAT(take_all(*p.mouth), ElementsAre("sound 640", "mark 13@120", "spoken"));

  p.mouth->say("Six.");
  p.pass(150ms);
  p.mouth->flush();
  EXPECT_THAT(take_all(*p.mouth), ElementsAre("sound 320", "mark 4@40", "spoken"));
}

TEST(PieceMouth, ThatIsCutOffTellsNothingMoreOfIt) {
  Pieces p;
  p.mouth->say("One.");
  p.mouth->say("Two.");
  p.pass(150ms);
  p.mouth->cancel();
  p.mouth->say("Three.");
  p.mouth->flush();
  p.pass(1s);

  EXPECT_THAT(take_all(*p.mouth), ElementsAre("sound 480", "mark 6@60", "spoken"));
}

TEST(PieceMouth, EndsAnUtteranceThatFails) {
  Pieces p;
  p.mouth->say("One.");
  p.mouth->say("(fail)");
  p.mouth->say("Three.");
  p.mouth->flush();
  p.pass(1s);

  EXPECT_THAT(take_all(*p.mouth), ElementsAre("sound 320", "mark 4@40", "failed no sound"));
  p.mouth->say("Four.");
  p.pass(1s);
  EXPECT_THAT(take_all(*p.mouth), ElementsAre("sound 400", "mark 5@50"));
}

/// As long as it has letters, in tenths of a second.
class LongSpeech final : public offline::SpeechParts {
 public:
  Result<std::unique_ptr<offline::Listener>> make_listener(bool) override {
    return fail(ErrorType::permanent, "no ears");
  }
  Result<audio::Pcm> speak(std::string_view text, std::string_view voice) override {
    voices.emplace_back(voice);
    return audio::Pcm{std::vector<std::int16_t>(text.size() * 1600), audio::kSpeechRateHz};
  }
  std::vector<std::string> voices;
};

TEST(OfflineMouth, SpeaksInTheSessionsFormatWithTheVoiceThatItNamesOrItsOwn) {
  testing::RealWorld world;
  const auto speech = std::make_shared<LongSpeech>();
  const auto make = offline::make_offline_mouth(
      {world.time(), std::make_shared<async::BlockingPool>(1, 8), speech, "rms"});
  for (const auto& [format, bytes] : {std::pair{"audio/pcmu", 800}, std::pair{"audio/pcm", 4800}}) {
    auto mouth = make(world.context().get_executor(), {format, "kal16"}, [] {}).value();
    mouth->say("ab");
    mouth->flush();
    world.context().restart();
    world.context().run();

    const auto sound = "sound " + std::to_string(bytes);
    EXPECT_THAT(take_all(*mouth), ElementsAre(sound, sound, "mark 2@200", "spoken"));
  }
  auto mouth = make(world.context().get_executor(), {"audio/pcmu", "nobody"}, [] {}).value();
  mouth->say("a");
  world.context().restart();
  world.context().run();
  EXPECT_THAT(speech->voices, ElementsAre("kal16", "kal16", "rms"));
}

}  // namespace
}  // namespace callosum::provider::mouth
