#include <atomic>
#include <gtest/gtest.h>
#include <stdexcept>
#include <thread>

#include "audio/pcm.hpp"
#include "provider/offline/speech/mouth.hpp"

namespace callosum::provider::offline::speech {
namespace {

TEST(SpeechMouth, EveryVoiceSpeaksSixteenKilohertz) {
  for (const auto voice : {"kal16", "slt", "rms", "awb"}) {
    const auto pcm = Mouth::make(voice)->speak("We are open.");

    ASSERT_TRUE(pcm) << voice;
    EXPECT_EQ(pcm->sample_rate_hz, 16000);
    EXPECT_GT(pcm->duration_ms(), 400) << voice;
    EXPECT_LT(pcm->duration_ms(), 2500) << voice;
    EXPECT_GT(audio::peak_db(pcm->samples), -20) << voice;
  }
}

TEST(SpeechMouth, SoundComesInPiecesThatAreTheWhole) {
  const auto mouth = Mouth::make("kal16");
  const std::string text = "It is $45. Come at 10:30. Thank you!";
  std::vector<std::int16_t> joined;
  std::size_t pieces = 0;

  const auto done = mouth->speak(text, [&](std::span<const std::int16_t> samples) {
    joined.insert(joined.end(), samples.begin(), samples.end());
    ++pieces;
    return true;
  });

  ASSERT_TRUE(done);
  EXPECT_GT(pieces, 20U);
  EXPECT_EQ(joined, mouth->speak(text)->samples);
}

TEST(SpeechMouth, AReceiverStopsItAndTheNextSentenceIsWhole) {
  const auto mouth = Mouth::make("slt");
  const auto whole = mouth->speak("Good morning.")->samples.size();
  std::size_t given = 0;

  const auto done = mouth->speak("This goes on. And on. And on for a long time.",
                                 [&](std::span<const std::int16_t> samples) {
                                   given += samples.size();
                                   return given < 4000;
                                 });

  ASSERT_TRUE(done);
  EXPECT_LT(given, 8000U);
  EXPECT_EQ(mouth->speak("Good morning.")->samples.size(), whole);
}

TEST(SpeechMouth, WhatTheReceiverThrowsComesOut) {
  const auto mouth = Mouth::make("kal16");
  const auto throws = [](std::span<const std::int16_t>) -> bool { throw std::runtime_error("x"); };

  EXPECT_THROW((void)mouth->speak("Hello there.", throws), std::runtime_error);
  EXPECT_TRUE(mouth->speak("Hello there."));
}

TEST(SpeechMouth, SeveralCallsSpeakAtOnce) {
  // The statistical voices breathe at random; their timing does not.
  const auto expected = Mouth::make("slt")->speak("See you on Tuesday.")->samples.size();
  std::vector<std::thread> callers;
  std::atomic<int> right{0};

  for (const auto voice : {"slt", "slt", "kal16", "kal16"}) {
    callers.emplace_back([&, voice] {
      const auto pcm = Mouth::make(voice)->speak("See you on Tuesday.");
      const bool same =
          pcm && (std::string_view(voice) != "slt" || pcm->samples.size() == expected);
      right += same ? 1 : 0;
    });
  }
  for (auto& caller : callers) caller.join();

  EXPECT_EQ(right, 4);
}

TEST(SpeechMouth, NothingToSayIsSilence) {
  const auto mouth = Mouth::make("slt");

  EXPECT_TRUE(mouth->speak("")->samples.empty());
  EXPECT_TRUE(mouth->speak(" \x01\xFF … ?!")->samples.empty());
}

TEST(SpeechMouth, RefusesAVoiceItDoesNotHaveAndATextWithoutEnd) {
  const auto voice = Mouth::make("nova");
  const auto text = Mouth::make("slt")->speak(std::string(5000, 'a'));

  ASSERT_FALSE(voice);
  EXPECT_NE(voice.error().message.find("\"nova\": expected kal16, slt, rms or awb"),
            std::string::npos);
  ASSERT_FALSE(text);
  EXPECT_EQ(text.error().type, ErrorType::validation);
}

}  // namespace
}  // namespace callosum::provider::offline::speech
