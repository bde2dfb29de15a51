#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <map>
#include <random>

#include "provider/offline/speech/ears.hpp"
#include "provider/offline/speech/reply_ears.hpp"
#include "provider/offline/speech/vad.hpp"
#include "provider/offline/speech/words.hpp"
#include "speech_folder.hpp"
#include "speech_sample.hpp"

namespace callosum::provider::offline::speech {
namespace {

class SpeechEars : public ::testing::Test {
 protected:
  SpeechEars() : language_(build_language(sample::phrases(), folder_.path()).value()) {}

  /// How many of the sentences are heard word for word and believed; the voices take turns, each in
  /// its own call.
  int count_exact(Band band, const std::vector<std::string_view>& voices) const {
    std::map<std::string_view, Ears> calls;
    for (const auto voice : voices) calls.emplace(voice, Ears::make(language_, band).value());
    int exact = 0;
    std::size_t turn = 0;
    for (const auto& sentence : sample::sentences()) {
      const auto voice = voices[turn++ % voices.size()];
      const auto pcm = sample::spoken(sentence, voice);
      const auto heard =
          sample::hear(calls.at(voice), band == Band::phone ? sample::through_phone(pcm) : pcm);
      exact += heard.accepted && heard.text() == sentence ? 1 : 0;
    }
    return exact;
  }

  int count_accepted_foreign(std::string_view voice) const {
    Ears ears = Ears::make(language_, Band::phone).value();
    int accepted = 0;
    for (const auto& sentence : sample::foreign()) {
      const auto heard = sample::hear(ears, sample::through_phone(sample::spoken(sentence, voice)));
      accepted += heard.understood() ? 1 : 0;
    }
    return accepted;
  }

  sample::Folder folder_;
  Language language_;
};

TEST_F(SpeechEars, UnderstandThePhrasesInThreeVoices) {
  EXPECT_GE(count_exact(Band::wide, {"slt", "rms", "awb"}), 24);
}

TEST_F(SpeechEars, UnderstandThePhrasesThroughATelephone) {
  EXPECT_GE(count_exact(Band::phone, {"rms", "awb", "slt"}), 23);
}

TEST_F(SpeechEars, UnderstandAVoiceThatNothingWasTunedOn) {
  EXPECT_GE(count_exact(Band::phone, {"kal16"}), 23);
}

TEST_F(SpeechEars, DoNotBelieveSentencesTheyHaveNoPhraseFor) {
  EXPECT_LE(count_accepted_foreign("kal16"), 2);
}

TEST_F(SpeechEars, TakeAnotherWordingByItsWords) {
  const std::vector<std::string> wordings = {
      "when are you open on tuesday", "is there an appointment on friday",
      "tell me about your cancellation rules", "how much does a manicure cost"};
  int heard_right = 0;

  for (const auto& sentence : wordings) {
    Ears ears = Ears::make(language_, Band::wide).value();
    heard_right += sample::hear(ears, sample::spoken(sentence, "rms")).text() == sentence ? 1 : 0;
  }

  EXPECT_GE(heard_right, 3);
}

TEST_F(SpeechEars, DoNotBelieveSilenceNoiseOrAClick) {
  Ears ears = Ears::make(language_, Band::wide).value();
  std::mt19937 random(1);
  std::normal_distribution<double> level(0, 2000);
  audio::Pcm silence{.samples = std::vector<std::int16_t>(16000)};
  audio::Pcm noise{.samples = std::vector<std::int16_t>(32000)};
  audio::Pcm click{.samples = std::vector<std::int16_t>(800, 9000)};
  for (auto& sample : noise.samples) sample = static_cast<std::int16_t>(level(random));

  EXPECT_FALSE(sample::hear(ears, silence).understood());
  EXPECT_FALSE(sample::hear(ears, noise).understood());
  EXPECT_FALSE(sample::hear(ears, click).understood());
  EXPECT_FALSE(sample::hear(ears, {}).understood());
}

TEST_F(SpeechEars, HearTheNextSentenceAfterOneThatWasNotFinished) {
  Ears ears = Ears::make(language_, Band::wide).value();
  const auto pcm = sample::spoken("when are you open", "kal16");

  ears.start_utterance();
  ears.feed(std::span(pcm.samples).first(8000));
  const auto heard = sample::hear(ears, pcm);
  const auto without_start = ears.finish();

  EXPECT_EQ(heard.grammar, "when are you open");
  EXPECT_FALSE(without_start.understood());
}

TEST_F(SpeechEars, AMissingModelNamesThePackage) {
  Language language = language_;
  language.model_folder = folder_.path();

  const auto ears = Ears::make(language, Band::wide);

  ASSERT_FALSE(ears);
  EXPECT_NE(ears.error().message.find("pocketsphinx-en-us"), std::string::npos);
}

TEST(SpeechReplyEars, HearTheFactInASpokenReply) {
  const sample::Folder folder;
  const std::vector<std::string> replies = {
      "Your haircut is confirmed for Tuesday, November 24 at 2:30 PM.",
      "Your haircut is cancelled.", "A massage costs $80 and takes 60 minutes.",
      "A facial costs $65 and takes 45 minutes.", "Sorry, I did not catch that."};
  const auto ears = ReplyEars::make(replies, folder.path());
  const auto spoken = Mouth::make("slt")->speak(replies[0]);

  ASSERT_TRUE(ears);
  const auto heard = ears->hear(*spoken);

  ASSERT_TRUE(heard);
  EXPECT_NE(heard->find(spoken_words("Tuesday, November 24")), std::string::npos) << *heard;
  EXPECT_NE(heard->find(spoken_words("2:30 PM")), std::string::npos) << *heard;
}

/// An "s" has its sound where a phone has none: "six" is what is missed first.
TEST(ReplyEars, TellApartByPhoneRepliesThatDifferInOneWord) {
  const sample::Folder folder;
  std::vector<std::string> replies{"Take the train to Lake Street.", "It is confirmed.",
                                   "We are at the harbor, and that is it."};
  for (const auto* hour : {"two", "three", "four", "five", "six", "seven", "eight", "ten"}) {
    replies.push_back("We are open Wednesday from nine to " + std::string(hour) + ".");
  }
  const auto ears = ReplyEars::make(replies, folder.path(), Band::phone);
  ASSERT_TRUE(ears);

  int exact = 0;
  for (const auto& reply : replies) {
    const auto heard = ears->hear(sample::through_phone(sample::spoken(reply, "slt")));
    ASSERT_TRUE(heard);
    exact += *heard == spoken_words(reply) ? 1 : 0;
  }

  EXPECT_GE(exact, 10) << "of " << replies.size();  // the mouth is not quite the same each time
}

}  // namespace
}  // namespace callosum::provider::offline::speech
