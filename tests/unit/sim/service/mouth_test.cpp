#include "sim/service/mouth.hpp"

#include <gtest/gtest.h>
#include <map>

namespace callosum::sim {
namespace {

/// Time that passes only when told.
struct Clock {
  std::multimap<Ms, std::function<void()>> planned;
  Ms now{0};

  Mouth::After after() {
    return [this](Ms delay, std::function<void()> action) {
      planned.emplace(now + delay, std::move(action));
    };
  }
  void pass(Ms span) {
    const auto until = now + span;
    while (!planned.empty() && planned.begin()->first <= until) {
      auto due = planned.extract(planned.begin());
      now = due.key();
      due.mapped()();
    }
    now = until;
  }
};

struct Said {
  std::string text;
  std::size_t pieces = 0;
  bool is_done = false;
};

void say(Mouth& mouth, std::string text, Said& into) {
  mouth.say(
      std::move(text), {SoundCoding::ulaw, 8000},
      [&into](const Mouth::Piece& piece) {
        EXPECT_EQ(piece.sound.size(), 1600u);
        into.text += piece.text;
        ++into.pieces;
      },
      [&into] { into.is_done = true; });
}

TEST(SimMouth, SaysATextInPiecesOfItsLength) {
  Clock clock;
  const VoiceManner manner;
  Mouth mouth(manner, clock.after());
  Said said;

  say(mouth, "Grüße aus Köln.", said);

  EXPECT_EQ(said.text, "Grüße aus Köln.");
  EXPECT_EQ(said.pieces, 6u);
  EXPECT_TRUE(said.is_done);
}

TEST(SimMouth, KeepsTheOrderAndItsPace) {
  Clock clock;
  VoiceManner manner;
  manner.first_byte = Ms(100);
  manner.pace = Ms(50);
  Mouth mouth(manner, clock.after());
  Said first;
  Said second;
  say(mouth, "Hello.", first);  // three pieces
  say(mouth, "You.", second);

  clock.pass(Ms(99));
  EXPECT_EQ(first.pieces, 0u);
  clock.pass(Ms(1));
  EXPECT_EQ(first.pieces, 1u);
  clock.pass(Ms(150));
  EXPECT_TRUE(first.is_done);
  EXPECT_EQ(second.pieces, 0u);
  clock.pass(Ms(1000));
  EXPECT_TRUE(second.is_done);
}

TEST(SimMouth, DropsEverythingWhenItIsCleared) {
  Clock clock;
  VoiceManner manner;
  manner.pace = Ms(50);
  Mouth mouth(manner, clock.after());
  Said cleared;
  Said after;
  say(mouth, "A long sentence that is not heard.", cleared);
  clock.pass(Ms(100));

  mouth.clear();
  say(mouth, "Yes.", after);
  clock.pass(Ms(5000));

  EXPECT_EQ(cleared.pieces, 3u);
  EXPECT_FALSE(cleared.is_done);
  EXPECT_TRUE(after.is_done);
}

TEST(SimMouth, TellsWhenAllBeforeIsSaid) {
  Clock clock;
  const VoiceManner manner;
  Mouth mouth(manner, clock.after());
  int told = 0;

  mouth.when_said([&] { ++told; });
  Said said;
  say(mouth, "One.", said);
  mouth.when_said([&] { told += 10; });

  EXPECT_EQ(told, 11);
  EXPECT_TRUE(mouth.is_idle());
}

TEST(SimMouth, MaySayMoreFromWithinWhatItTells) {
  Clock clock;
  const VoiceManner manner;
  Mouth mouth(manner, clock.after());
  Said second;
  mouth.say(
      "One.", {SoundCoding::ulaw, 8000}, [](const Mouth::Piece&) {},
      [&] { say(mouth, "Two.", second); });

  EXPECT_TRUE(second.is_done);
  EXPECT_TRUE(mouth.is_idle());
}

}  // namespace
}  // namespace callosum::sim
