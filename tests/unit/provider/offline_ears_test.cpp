// The offline voice's ears on their own: utterances in, words out, and nobody is blocked meanwhile.
#include "provider/offline/offline_ears.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "provider/sound/audio_in.hpp"
#include "real_world.hpp"
#include "speech_sample.hpp"

namespace callosum::provider::offline {
namespace {

using namespace std::chrono_literals;
using realtime::HeardEvent;

/// Hears how many utterances it has been given, and of how much sound.
class CountingListener final : public Listener {
 public:
  Result<void> start() override {
    ++count_;
    samples_ = 0;
    return {};
  }
  void feed(std::span<const std::int16_t> samples) override { samples_ += samples.size(); }
  Utterance finish() override {
    return {"utterance " + std::to_string(count_) + (samples_ > 8000 ? " long" : " short"), true};
  }

 private:
  int count_ = 0;
  std::size_t samples_ = 0;
};

class CountingSpeech final : public SpeechParts {
 public:
  explicit CountingSpeech(bool is_installed) : is_installed_(is_installed) {}
  Result<std::unique_ptr<Listener>> make_listener(bool) override {
    if (!is_installed_) return fail(ErrorType::permanent, "no recogniser is installed");
    return std::unique_ptr<Listener>(std::make_unique<CountingListener>());
  }
  Result<audio::Pcm> speak(std::string_view, std::string_view) override {
    return fail(ErrorType::permanent, "no voice");
  }

 private:
  bool is_installed_;
};

class OfflineEarsTest : public ::testing::Test {
 protected:
  void open(bool is_installed = true) {
    auto make = make_offline_ears({world.time(), std::make_shared<async::BlockingPool>(1, 64),
                                   std::make_shared<CountingSpeech>(is_installed)});
    auto made = make(world.context().get_executor(), [this] { ++news; });
    ASSERT_TRUE(made) << made.error().message;
    ears = std::move(*made);
  }
  /// A sentence between two seconds of silence, as a caller's program sends it.
  void say_something() {
    auto pcm = speech::Mouth::make("kal16")->speak("when are you open").value();
    pcm.samples.insert(pcm.samples.begin(), 16000, 0);
    pcm.samples.insert(pcm.samples.end(), 16000, 0);
    const auto bytes = sound::encode_speech(pcm, "audio/pcm").value();
    for (std::size_t at = 0; at < bytes.size(); at += 4800) {
      const std::span<const std::uint8_t> all(bytes);
      const auto piece = all.subspan(at, std::min<std::size_t>(4800, bytes.size() - at));
      ASSERT_TRUE(ears->feed(encode_base64(piece), "audio/pcm"));
    }
  }
  /// Everything heard until the work is done.
  std::vector<HeardEvent> heard() {
    world.context().restart();
    world.context().run();
    std::vector<HeardEvent> out;
    while (auto event = ears->take()) out.push_back(std::move(*event));
    return out;
  }

  testing::RealWorld world;
  std::unique_ptr<realtime::Ears> ears;
  int news = 0;
};

TEST_F(OfflineEarsTest, TellWhenAnUtteranceBeginsAndEndsAndWhatItWas) {
  open();
  say_something();
  const auto events = heard();

  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[0].kind, HeardEvent::Kind::started);
  EXPECT_EQ(events[1].kind, HeardEvent::Kind::stopped);
  EXPECT_GT(events[1].at_ms, events[0].at_ms + 400);
  EXPECT_EQ(events[2].kind, HeardEvent::Kind::words);
  EXPECT_EQ(events[2].text, "utterance 1 long");
  EXPECT_EQ(news, 1);
}

TEST_F(OfflineEarsTest, HearOneUtteranceAfterTheOther) {
  open();
  say_something();
  say_something();
  const auto events = heard();

  ASSERT_EQ(events.size(), 6u);
  EXPECT_EQ(events[4].text + ", " + events[5].text, "utterance 1 long, utterance 2 long");
}

TEST_F(OfflineEarsTest, WaitForACommitWhereTheCallersProgramSaysWhen) {
  open();
  ears->detect_turns(false);
  EXPECT_FALSE(ears->commit());
  say_something();

  EXPECT_TRUE(ears->commit());
  EXPECT_FALSE(ears->commit());
  const auto events = heard();

  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].text, "utterance 1 long");
}

TEST_F(OfflineEarsTest, ForgetWhatIsCleared) {
  open();
  ears->detect_turns(false);
  say_something();
  ears->clear();

  EXPECT_FALSE(ears->commit());
  EXPECT_TRUE(heard().empty());
}

TEST_F(OfflineEarsTest, SayWhyTheyHeardNothing) {
  open(false);
  say_something();
  const auto events = heard();

  ASSERT_EQ(events.size(), 3u);
  EXPECT_EQ(events[2].kind, HeardEvent::Kind::failed);
  EXPECT_FALSE(ears->feed("not base64", "audio/pcm"));
}

TEST_F(OfflineEarsTest, MayGoWhileTheyAreListening) {
  open();
  say_something();
  ears.reset();

  world.context().run();

  EXPECT_EQ(news, 0);
}

}  // namespace
}  // namespace callosum::provider::offline
