#include "provider/offline/offline_port.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/json.hpp"
#include "provider/offline/ga_conversation.hpp"

namespace callosum::provider::offline {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// Every sentence takes as long to say, however short it is.
class SlowMouth final : public SpeechParts {
 public:
  static constexpr auto kSentence = 6s;

  Result<std::unique_ptr<Listener>> make_listener(bool) override {
    return fail(ErrorType::not_found, "deaf");
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
  asio::awaitable<Result<Plan>> plan(const std::vector<Turn>&, const json::array&,
                                     const std::string&, async::Deadline) override {
    Plan plan;
    plan.text = "This is one. This is two.";
    co_return plan;
  }
};

/// A port and what it has sent, under a clock that stands still.
class Talk {
 public:
  Talk() : port_(make_offline_port({time_, pool_, mouth_, brain_})) {
    asio::co_spawn(context_, pump(), [this](std::exception_ptr) { is_over_ = true; });
  }
  ~Talk() {
    auto end = port_->close(async::Deadline::none(time_));
    asio::co_spawn(context_, std::move(end), [](std::exception_ptr) {});
    while (!is_over_) step();
  }

  void send(std::string_view event) { port_->send(event, net::FrameKind::control); }
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
  SlowMouth mouth_;
  TwoSentences brain_;
  std::vector<json::object> events_;
  async::BlockingPool pool_{1, 16};
  asio::io_context context_{1};
  std::unique_ptr<realtime::ModelPort> port_;
  bool is_over_ = false;
};

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

TEST(GaConversation, TellsTheWordsOfAnItemThatIsRetrieved) {
  GaConversation conversation("offline", 0);
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
