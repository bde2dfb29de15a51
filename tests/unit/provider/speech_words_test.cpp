#include <gtest/gtest.h>

#include "provider/offline/speech/words.hpp"

namespace callosum::provider::offline::speech {
namespace {

TEST(SpeechWords, MoneyIsSaidInItsUnits) {
  EXPECT_EQ(spell_out("It is $45."), "It is forty five dollars.");
  EXPECT_EQ(spell_out("$1, $45.50 or $1,200.00"),
            "one dollar, forty five dollars and fifty cents or one thousand two hundred dollars");
  EXPECT_EQ(spell_out("£40 or €12.01"), "forty pounds or twelve euros and one cent");
}

TEST(SpeechWords, TimesAreSaidAsAClockShowsThem) {
  EXPECT_EQ(spell_out("10:30"), "ten thirty");
  EXPECT_EQ(spell_out("at 10:30 AM on"), "at ten thirty a.m. on");
  EXPECT_EQ(spell_out("9:00 pm"), "nine p.m.");
  EXPECT_EQ(spell_out("2:30 p m"), "two thirty p.m.");
  EXPECT_EQ(spell_out("10:05"), "ten oh five");
  EXPECT_EQ(spell_out("12:00"), "twelve o'clock");
  EXPECT_EQ(spell_out("14:30-17:00"), "two thirty p.m.-five p.m.");
  EXPECT_EQ(spell_out("10am to 6 P.M."), "ten a.m. to six p.m.");
}

TEST(SpeechWords, AWordThatOnlyLooksLikeATimeStaysAWord) {
  EXPECT_EQ(spell_out("I am two a man"), "I am two a man");
  EXPECT_EQ(spell_out("at ten amazing places"), "at ten amazing places");
  EXPECT_EQ(words_of("I am here"), (std::vector<std::string>{"i", "am", "here"}));
}

TEST(SpeechWords, NumbersOrdinalsYearsAndPhonesAreReadAsPeopleRead) {
  EXPECT_EQ(spell_out("November 24th, 2026"), "November twenty fourth, twenty twenty six");
  EXPECT_EQ(spell_out("20th 3rd 12th"), "twentieth third twelfth");
  EXPECT_EQ(spell_out("15% & 4.5"), "fifteen percent and four point five");
  EXPECT_EQ(spell_out("BK-1042"), "BK-one thousand forty two");
  EXPECT_EQ(spell_out("call 555-0100"), "call five five five, zero one zero zero");
  EXPECT_EQ(spell_out("+15550001111"), "plus one five five five zero zero zero one one one one");
  EXPECT_EQ(spell_out("98765432109"), "nine eight seven six five four three two one zero nine");
  EXPECT_EQ(
      number_words(999'999'999),
      "nine hundred ninety nine million nine hundred ninety nine thousand nine hundred ninety "
      "nine");
}

TEST(SpeechWords, TextsThatSoundAlikeCompareEqual) {
  EXPECT_EQ(spoken_words("See you at 2 PM!"), "see you at two p m");
  EXPECT_EQ(spoken_words("see you at two p m"), "see you at two p m");
  EXPECT_EQ(spoken_words("What’s the “café” fee — 5 €?"), "what's the cafe fee five euros");
}

TEST(SpeechWords, BytesThatAreNoTextDoNotMatter) {
  EXPECT_EQ(spoken_words("\xFF\xFE"
                         "a\x80 b\xF0\x9F"),
            "a b");
  EXPECT_EQ(spoken_words(std::string_view("a\0b", 3)), "a b");
  EXPECT_TRUE(words_of("!?… ''").empty());
}

TEST(SpeechWords, SimilarityCountsWords) {
  EXPECT_DOUBLE_EQ(word_similarity("", ""), 1);
  EXPECT_DOUBLE_EQ(word_similarity("a b c d", "a b c d"), 1);
  EXPECT_DOUBLE_EQ(word_similarity("a b c d", "a x c"), 0.5);
  EXPECT_DOUBLE_EQ(word_similarity("a", ""), 0);
}

}  // namespace
}  // namespace callosum::provider::offline::speech
