#include "provider/offline/offline_port.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "provider/conversation/ga_conversation.hpp"
#include "provider/offline/voices.hpp"

namespace callosum::provider::offline {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

class HearsNothing final : public Listener {
 public:
  Result<void> start() override { return {}; }
  void feed(std::span<const std::int16_t>) override {}
  Utterance finish() override { return {}; }
};

/// Every sentence takes as long to say, however short it is.
class SlowMouth final : public SpeechParts {
 public:
  static constexpr auto kSentence = 6s;

  Result<std::unique_ptr<Listener>> make_listener(bool) override {
    return std::unique_ptr<Listener>(std::make_unique<HearsNothing>());
  }
  Result<audio::Pcm> speak(std::string_view, std::string_view) override {
    audio::Pcm pcm;
    pcm.sample_rate_hz = audio::kSpeechRateHz;
    pcm.samples.assign(audio::kSpeechRateHz * kSentence.count(), 100);
    return pcm;
  }
};

class TwoSentences final : public Brain {
 public:
  asio::awaitable<Result<Plan>> plan(const std::vector<Turn>& turns, const json::array&,
                                     const std::string&, async::Deadline) override {
    asked.clear();
    for (const auto& turn : turns) asked.push_back(turn.text);
    Plan plan;
    plan.text = "This is one. This is two.";
    co_return plan;
  }
  std::vector<std::string> asked;
};

/// A port and what it has sent, under a clock that stands still.
class Talk {
 public:
  Talk() : port_(make_offline_port({time_, random_, pool_, mouth_, brain_})) {
    asio::co_spawn(context_, pump(), [this](std::exception_ptr) { is_over_ = true; });
    await("session.updated", 1);
  }
  ~Talk() {
    auto end = port_->close(async::Deadline::none(time_));
    asio::co_spawn(context_, std::move(end), [](std::exception_ptr) {});
    while (!is_over_) step();
  }

  void send(std::string_view event) { port_->send(event, net::FrameKind::control); }
  bool is_alive() const { return !is_over_; }
  const std::vector<std::string>& last_asked() const { return brain_.asked; }
  void advance(std::chrono::milliseconds by) {
    time_.advance(by);
    settle();
  }
  /// The events of this type, once there are as many; fewer when no more come.
  std::vector<json::object> await(std::string_view type, std::size_t count) {
    while (all(type).size() < count && step()) {
    }
    settle();
    return all(type);
  }

 private:
  bool step() {
    context_.restart();
    return context_.run_one_for(5s) > 0;
  }
  void settle() {
    context_.restart();
    context_.poll();
  }
  std::vector<json::object> all(std::string_view type) const {
    std::vector<json::object> found;
    for (const auto& event : events_) {
      if (text_at(event, "type") == type) found.push_back(event);
    }
    return found;
  }
  asio::awaitable<void> pump() {
    const auto never = async::Deadline::none(time_);
    realtime::SessionOpening opening{{{"type", "realtime"}},
                                     std::make_shared<const realtime::OfferedTools>()};
    co_await port_->open(std::move(opening), never);
    while (true) {
      const auto frame = co_await port_->next(never);
      if (!frame) co_return;
      events_.push_back(parse_strict(frame->text)->as_object());
    }
  }

  async::VirtualTime time_;
  SeededRandom random_{1};
  SlowMouth mouth_;
  TwoSentences brain_;
  std::vector<json::object> events_;
  async::BlockingPool pool_{1, 16};
  asio::io_context context_{1};
  std::unique_ptr<realtime::ModelPort> port_;
  bool is_over_ = false;
};

constexpr const char* kByHand =
    R"({"type":"session.update","session":{"type":"realtime","audio":{"input":{"transcription":{"model":"any"},"turn_detection":null}}}})";
constexpr const char* kByEar =
    R"({"type":"session.update","session":{"type":"realtime","audio":{"input":{"turn_detection":{"type":"server_vad"}}}}})";
constexpr const char* kCommit = R"({"type":"input_audio_buffer.commit"})";

/// An event with so much silence, as PCM of 24 kHz.
std::string append_ms(std::size_t ms) {
  const std::vector<std::uint8_t> silence(ms * 48, 0);
  return R"({"type":"input_audio_buffer.append","audio":")" + encode_base64(silence) + "\"}";
}

constexpr std::string_view kWords = "response.output_audio_transcript.delta";

TEST(OfflinePort, RunsFiveSecondsAheadOfTheEarAndNoFurther) {
  Talk talk;
  talk.await("session.updated", 1);
  talk.send(R"({"type":"response.create"})");

  const auto sound = talk.await("response.output_audio.delta", 60);
  const auto at_first = talk.await(kWords, 1).size();
  talk.advance(900ms);
  const auto too_early = talk.await(kWords, 1).size();
  talk.advance(100ms);
  const auto in_time = talk.await(kWords, 2).size();

  EXPECT_EQ(sound.size(), 60u);
  EXPECT_EQ(at_first, 1u);
  EXPECT_EQ(too_early, 1u);
  EXPECT_EQ(in_time, 2u);
  EXPECT_EQ(talk.await("response.done", 1).at(0).at("response").at("status"), "completed");
}

TEST(OfflinePort, CutsOffWhatTheEarHasNotReached) {
  Talk talk;
  talk.await("session.updated", 1);
  talk.send(R"({"type":"response.create"})");
  talk.await("response.output_audio.delta", 60);

  talk.send(R"({"type":"response.cancel"})");

  const auto done = talk.await("response.done", 1);
  ASSERT_EQ(done.size(), 1u);
  const auto& response = done[0].at("response");
  EXPECT_EQ(response.at("status"), "cancelled");
  EXPECT_EQ(response.at("status_details").at("reason"), "client_cancelled");
  EXPECT_EQ(response.at("output").at(0).at("status"), "incomplete");
  talk.advance(10s);
  EXPECT_EQ(talk.await(kWords, 1).size(), 1u);
}

TEST(OfflinePort, OutlivesAnItemWithoutContentInPlaceOfASpokenOne) {
  for (const char* content : {"", R"(,"content":[])", R"(,"content":7)", R"(,"content":[7])",
                              R"(,"content":[{"type":"input_text","text":"x"}])"}) {
    Talk talk;
    talk.send(kByHand);
    talk.await("session.updated", 2);
    talk.send(append_ms(400));
    talk.send(kCommit);
    const auto id =
        std::string(text_at(talk.await("input_audio_buffer.committed", 1).at(0), "item_id"));
    talk.send(R"({"type":"conversation.item.delete","item_id":")" + id + "\"}");
    talk.send(
        R"({"type":"conversation.item.create","item":{"type":"message","role":"user","id":")" + id +
        "\"" + content + "}}");

    talk.await("conversation.item.input_audio_transcription.completed", 1);

    EXPECT_TRUE(talk.is_alive()) << content;
  }
}

TEST(OfflinePort, RefusesAnItemWhoseIdIsTaken) {
  Talk talk;
  const std::string item =
      R"({"type":"conversation.item.create","item":{"id":"mine","type":"message","role":"user","content":[]}})";

  talk.send(item);
  talk.send(item);

  const auto errors = talk.await("error", 1);
  ASSERT_EQ(errors.size(), 1u);
  EXPECT_EQ(errors[0].at("error").at("param"), "item.id");
}

TEST(OfflinePort, GivesItemsIdsThatCannotBeGuessed) {
  Talk talk;
  talk.send(kByHand);
  talk.send(append_ms(400));
  talk.send(kCommit);

  const auto committed = talk.await("input_audio_buffer.committed", 1);

  ASSERT_EQ(committed.size(), 1u);
  EXPECT_EQ(text_at(committed[0], "item_id").size(), std::string_view("item_").size() + 32);
}

TEST(OfflinePort, AnswersAClearAndHasNothingToCommitAfterIt) {
  for (const char* mode : {kByHand, kByEar}) {
    Talk talk;
    talk.send(mode);
    talk.send(append_ms(400));
    talk.send(R"({"type":"input_audio_buffer.clear"})");
    talk.send(kCommit);

    EXPECT_EQ(talk.await("input_audio_buffer.cleared", 1).size(), 1u);
    const auto errors = talk.await("error", 1);
    ASSERT_EQ(errors.size(), 1u) << mode;
    EXPECT_EQ(errors[0].at("error").at("code"), "input_audio_buffer_commit_empty");
    EXPECT_EQ(talk.await("input_audio_buffer.committed", 0).size(), 0u);
  }
}

TEST(OfflinePort, CommitsTheSameSoundOnce) {
  Talk talk;
  talk.send(kByHand);
  talk.send(append_ms(400));
  talk.send(kCommit);
  talk.send(kCommit);

  EXPECT_EQ(talk.await("error", 1).size(), 1u);
  EXPECT_EQ(talk.await("input_audio_buffer.committed", 1).size(), 1u);
}

TEST(OfflinePort, AnswersTheInputOfAResponseInsteadOfTheConversation) {
  Talk talk;
  talk.send(
      R"({"type":"conversation.item.create","item":{"id":"before","type":"message","role":"user","content":[{"type":"input_text","text":"long ago"}]}})");

  talk.send(
      R"({"type":"response.create","response":{"output_modalities":["text"],"input":[{"type":"message","role":"user","content":[{"type":"input_text","text":"only this"}]},{"type":"item_reference","id":"before"}]}})");
  talk.await("response.done", 1);
  const auto asked = talk.last_asked();
  talk.send(R"({"type":"response.create","response":{"output_modalities":["text"]}})");
  talk.await("response.done", 2);

  EXPECT_EQ(asked, (std::vector<std::string>{"only this", "long ago"}));
  EXPECT_EQ(talk.last_asked().front(), "long ago");
}

TEST(OfflinePort, RefusesAResponseThatNoneCouldBe) {
  for (const auto& [response, param] :
       {std::pair{"5", "response"},
        {R"({"conversation":"weird"})", "response.conversation"},
        {R"({"output_modalities":[5]})", "response.output_modalities"},
        {R"({"max_output_tokens":0})", "response.max_output_tokens"},
        {R"({"metadata":5})", "response.metadata"}}) {
    Talk talk;
    talk.send(std::string(R"({"type":"response.create","response":)") + response + "}");

    const auto errors = talk.await("error", 1);
    ASSERT_EQ(errors.size(), 1u) << response;
    EXPECT_EQ(errors[0].at("error").at("type"), "invalid_request_error");
    EXPECT_EQ(errors[0].at("error").at("param"), param);
    EXPECT_EQ(talk.await("response.created", 0).size(), 0u);
  }
}

TEST(OfflinePort, RefusesAnInputThatItCannotRead) {
  for (const auto& [input, param] :
       {std::pair{"7", "response.input"},
        {"[7]", "response.input[0]"},
        {R"([{"type":"message"}])", "response.input[0].role"},
        {R"([{"type":"mcp_call"}])", "response.input[0].type"},
        {R"([{"type":"item_reference","id":"x"}])", "response.input[0].id"}}) {
    Talk talk;
    talk.send(std::string(R"({"type":"response.create","response":{"input":)") + input + "}}");

    const auto errors = talk.await("error", 1);
    ASSERT_EQ(errors.size(), 1u) << input;
    EXPECT_EQ(errors[0].at("error").at("param"), param);
    EXPECT_EQ(talk.await("response.created", 0).size(), 0u);
  }
}

TEST(OfflinePort, KnowsItsVoicesAndThoseOfVendors) {
  const auto update = [](const std::string& voice) {
    return R"({"type":"session.update","session":{"type":"realtime","audio":{"output":{"voice":)" +
           voice + "}}}}";
  };
  for (const char* voice : {R"("rms")", R"("marin")", R"("alloy")"}) {
    Talk talk;
    talk.send(update(voice));
    EXPECT_EQ(talk.await("session.updated", 2).size(), 2u) << voice;
  }
  for (const char* voice : {R"("nosuch")", R"("")", "7", R"({"id":"x"})"}) {
    Talk talk;
    talk.send(update(voice));

    const auto errors = talk.await("error", 1);
    ASSERT_EQ(errors.size(), 1u) << voice;
    EXPECT_EQ(errors[0].at("error").at("code"), "invalid_value");
    EXPECT_EQ(errors[0].at("error").at("param"), "session.audio.output.voice");
  }
}

TEST(GaConversation, KeepsAnOpeningWhoseVoiceIsNotThere) {
  SeededRandom random(1);
  conversation::GaConversation conversation("offline", 0, random, installed_voices());

  conversation.open(
      parse_strict(
          R"({"type":"realtime","instructions":"be kind","audio":{"output":{"voice":"nosuch"}}})")
          ->as_object());

  EXPECT_EQ(conversation.instructions(), "be kind");
  EXPECT_EQ(conversation.session().voice(), "slt");
  ASSERT_EQ(conversation.out().size(), 2u);
  EXPECT_EQ(parse_strict(conversation.out().back())->at("error").at("param"),
            "session.audio.output.voice");
}

TEST(GaConversation, TellsTheWordsOfAnItemThatIsRetrieved) {
  SeededRandom random(1);
  conversation::GaConversation conversation("offline", 0, random, installed_voices());
  conversation.update_session(
      parse_strict(R"({"type":"realtime","audio":{"input":{"transcription":{"model":"any"}}}})")
          ->as_object(),
      "");
  conversation.committed("item_1");
  conversation.heard("item_1", "what are your hours", true);
  conversation.out().clear();

  conversation.retrieve_item("item_1", "");

  ASSERT_EQ(conversation.out().size(), 1u);
  const auto event = parse_strict(conversation.out().front());
  EXPECT_EQ(event->at("item").at("content").at(0).at("transcript"), "what are your hours");
}

}  // namespace
}  // namespace callosum::provider::offline
