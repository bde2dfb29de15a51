// A speech service as the brain's mouth, which falls silent, makes no sound, or does not stop.
#include "session/service_mouth.hpp"

#include <gmock/gmock.h>

#include "fake_mouth.hpp"
#include "virtual_world.hpp"

namespace callosum::session {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;

struct Sink final : MouthSink {
  void on_sound(std::span<const std::uint8_t> bytes) override { sound += bytes.size(); }
  void on_marks(std::span<const realtime::SpokenMark>) override {}
  void on_spoken() override { ++spoken; }
  void on_unspoken() override { ++unspoken; }
  void on_ignored_call(std::string_view) override {}
  std::size_t sound = 0;
  int spoken = 0;
  int unspoken = 0;
};

struct Mouth {
  Mouth() {
    EXPECT_TRUE(world.run(mouth.open(
        {}, [] {}, world.in(1s))));
    now = world.time().now();
  }
  testing::MouthScript& service() { return *scripts->back(); }
  void say(std::string_view words) {
    mouth.say(words, now);
    mouth.end_words(now);
  }
  /// Until there is nothing more to tell; a mouth that always has something is broken.
  void look() {
    for (int i = 0; i < 1000; ++i) {
      if (!mouth.look(now)) return;
    }
    ADD_FAILURE() << "it does not end";
  }

  testing::VirtualWorld world;
  std::shared_ptr<testing::MouthScripts> scripts = std::make_shared<testing::MouthScripts>();
  Sink sink;
  ServiceMouth mouth{testing::make_fake_mouths(scripts), {}, sink};
  SteadyTime now;
};

TEST(ServiceMouth, EndsOnceAtItsSecondSilence) {
  Mouth m;
  m.say("Hello there.");
  m.now += 9s;
  m.look();
  EXPECT_FALSE(m.mouth.end());
  EXPECT_THAT(m.service().told,
              ElementsAre("Hello there.", "(flush)", "(cancel)", "Hello there.", "(flush)"));

  m.now += 9s;
  m.look();

  EXPECT_TRUE(m.mouth.end());
  EXPECT_EQ(m.mouth.gives_up_at(), SteadyTime::max());
}

TEST(ServiceMouth, SaysOnceMoreWhatWasSpokenWithoutSoundAndThenGivesItUp) {
  Mouth m;
  m.say("Shall I book it?");
  m.service().spoken();
  m.look();
  EXPECT_EQ(m.sink.spoken, 0);
  EXPECT_EQ(m.service().told.back(), "(flush)");
  EXPECT_EQ(m.service().told.size(), 5u);

  m.service().spoken();
  m.look();

  EXPECT_EQ(m.sink.spoken, 0);
  EXPECT_EQ(m.sink.unspoken, 1);
  EXPECT_FALSE(m.mouth.is_speaking());
  EXPECT_FALSE(m.mouth.end());
}

TEST(ServiceMouth, OwesNoSoundToMarksAlone) {
  Mouth m;
  m.say("...");
  m.service().spoken();
  m.look();

  EXPECT_EQ(m.sink.spoken, 1);
}

TEST(ServiceMouth, TakesNoMoreSoundThanItsWordsCanHave) {
  Mouth m;
  m.mouth.say("Hello there.", m.now);
  for (int i = 0; i < 60; ++i) {
    m.service().sound(1s);
    m.look();
  }

  EXPECT_LE(m.sink.sound, 24u * 48'000);  // twelve seconds, and ten of what was said once more
  EXPECT_TRUE(m.mouth.end());
}

TEST(ServiceMouth, SaysALongRestOnceMorePieceByPiece) {
  Mouth m;
  m.say("One two three four. Five six seven eight.");
  m.service().fail_with(ErrorType::transient, "the line broke");
  m.look();

  EXPECT_THAT(m.service().told,
              ElementsAre("One two three four. Five six seven eight.", "(flush)", "(cancel)",
                          "One two three four.", "Five six seven eight.", "(flush)"));
}

}  // namespace
}  // namespace callosum::session
