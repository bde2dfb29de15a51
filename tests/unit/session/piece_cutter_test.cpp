#include "session/piece_cutter.hpp"

#include <gmock/gmock.h>

#include "base/text.hpp"

namespace callosum::session {
namespace {

using ::testing::ElementsAre;

/// The pieces of a text that comes in steps of so many bytes.
std::vector<std::string> cut(const std::string& text, std::size_t step = 1) {
  PieceCutter cutter;
  std::deque<std::string> pieces;
  for (std::size_t at = 0; at < text.size(); at += step) {
    cutter.feed(std::string_view(text).substr(at, step), pieces);
  }
  cutter.finish(pieces);
  return {pieces.begin(), pieces.end()};
}

TEST(PieceCutter, CutsAtSentencesHoweverTheTextComes) {
  const std::string text = "We are open. From nine! Until six?\nCome by";

  for (const std::size_t step : {1u, 3u, 7u, 100u}) {
    EXPECT_THAT(cut(text, step),
                ElementsAre("We are open.", "From nine!", "Until six?", "Come by"));
  }
}

TEST(PieceCutter, GivesASentenceAsSoonAsTheNextBegins) {
  PieceCutter cutter;
  std::deque<std::string> pieces;

  cutter.feed("We are open.", pieces);
  EXPECT_TRUE(pieces.empty());  // it may go on: 9.30
  cutter.feed(" F", pieces);

  EXPECT_THAT(pieces, ElementsAre("We are open."));
}

/// Else each further letter is looked for among all that came before it.
TEST(PieceCutter, CutsWhatHasNoBlankBeforeItGrowsWithoutEnd) {
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "é";

  for (const std::size_t step : {2u, 1000u, 6000u}) {
    std::string joined;
    for (const auto& piece : cut(text, step)) {
      EXPECT_LE(piece.size(), 800u) << step;
      EXPECT_TRUE(is_valid_utf8(piece)) << step;
      joined += piece;
    }
    EXPECT_EQ(joined, text) << step;
  }
}

TEST(PieceCutter, LeavesNumbersAndAbbreviationsWhole) {
  EXPECT_THAT(cut("It is 9.30, Mr. Smith, at No. 5 i.e. here. Yes."),
              ElementsAre("It is 9.30, Mr. Smith, at No. 5 i.e. here.", "Yes."));
}

TEST(PieceCutter, CutsTheFirstLongSentenceAtAClauseSoThatSomethingIsHeardSoon) {
  EXPECT_THAT(
      cut("Well, your appointment is on Thursday at nine o'clock, and the second one, if you "
          "still want it, is on Friday. Bye."),
      ElementsAre("Well, your appointment is on Thursday at nine o'clock,",
                  "and the second one, if you still want it, is on Friday.", "Bye."));
}

TEST(PieceCutter, CutsWhatNeverEndsAtABlankAndLosesNothing) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "word" + std::to_string(i) + " ";

  std::string joined;
  for (const auto& piece : cut(text)) {
    EXPECT_LE(piece.size(), 410u);
    joined += piece + " ";
  }

  EXPECT_EQ(joined, text);
}

TEST(PieceCutter, KnowsTheStopsOfOtherScripts) {
  EXPECT_THAT(cut("営業中です。どうぞ！", 2), ElementsAre("営業中です。", "どうぞ！"));
}

TEST(PieceCutter, MakesNoPieceOfNothing) {
  EXPECT_THAT(cut(" \n \n"), ElementsAre());
  EXPECT_THAT(cut(""), ElementsAre());
}

}  // namespace
}  // namespace callosum::session
