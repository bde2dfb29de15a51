#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/deque.hpp"
#include "base/random.hpp"
#include "session/brain_mouth.hpp"
#include "session/inner_model.hpp"
#include "session/recent_ids.hpp"

namespace callosum::session {

/// A provider as a mouth alone: it is given no tools, hears nothing, and speaks the words it is
/// asked to, one utterance after the other. Lives on its session's thread.
class ProviderMouth final : public BrainMouth {
 public:
  /// `random` and `sink` outlive it.
  ProviderMouth(std::unique_ptr<realtime::ModelPort> provider, Random& random, MouthSink& sink);

  const realtime::ProviderProfile& profile() const override { return inner_.port().profile(); }
  boost::asio::awaitable<Result<void>> open(const json::object& session,
                                            std::function<void()> on_news,
                                            async::Deadline deadline) override;
  boost::asio::awaitable<void> close(async::Deadline deadline) override {
    return inner_.close(deadline);
  }
  void set(const json::object& session) override;

  bool takes_words() const override { return !is_speaking(); }
  bool tells_pieces_apart() const override { return true; }
  void say(std::string_view words, SteadyTime now) override;
  void end_words(SteadyTime) override {}
  bool is_speaking() const override { return !event_id_.empty(); }
  void cut() override;
  SteadyTime gives_up_at() const override {
    return is_speaking() ? gives_up_at_ : SteadyTime::max();
  }
  bool look(SteadyTime now) override;
  std::optional<Error> end() const override { return inner_.end(); }

 private:
  void on_event(const std::string& text, SteadyTime now);
  void on_created(const json::object& event);
  void on_done(const json::object& event);
  void on_audio(const json::object& event, SteadyTime now);
  void note_call(const json::object& item);
  void on_refused(std::string_view event_id);
  void finish();
  std::string next_event_id() { return event_prefix_ + std::to_string(next_event_++); }

  InnerModel inner_;
  MouthSink& sink_;
  std::string event_prefix_;
  std::string event_id_;     // of the utterance; empty: nothing is spoken
  std::string response_id_;  // of it, once it has begun
  SteadyTime gives_up_at_{};
  Deque<std::string> cut_early_;  // event ids of utterances that were cut before they had begun
  RecentIds seen_calls_{64};
  std::vector<std::uint8_t> bytes_;
  std::uint64_t next_event_ = 1;
};

}  // namespace callosum::session
