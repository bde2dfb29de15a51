#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "provider/conversation/ga_conversation.hpp"
#include "session/brain_mouth.hpp"
#include "session/brain_planning.hpp"
#include "session/brain_port.hpp"
#include "session/playback.hpp"

namespace callosum::session {

/// The responses of a conversation that our brain plans and a mouth speaks: one at a time, each
/// piece as soon as it is there, calls beside them. Lives on its session's thread.
class BrainReply final : private MouthSink {
 public:
  /// References outlive it; of `parts` it takes the mouth.
  BrainReply(BrainParts& parts, provider::conversation::GaConversation& conversation);

  const realtime::ProviderProfile& profile() const { return mouth_->profile(); }
  boost::asio::awaitable<Result<void>> open(const json::object& session,
                                            std::function<void()> on_news,
                                            async::Deadline deadline);
  boost::asio::awaitable<void> close(async::Deadline deadline);
  void set(const json::object& session) { mouth_->set(session); }

  bool is_active() const { return active_.has_value(); }
  /// A response that is planned, or one of these words alone.
  void start(const json::object& asked, realtime::ChatRequest request);
  void start(const json::object& asked, std::string fixed);
  /// What the next response may be planned of. It computes, and does nothing.
  void think_ahead(realtime::ChatRequest request);
  void forget_ahead() { planning_.forget_ahead(); }
  /// What can be done now is done. True: there was news.
  bool advance();
  SteadyTime next_look() const { return mouth_->gives_up_at(); }
  std::optional<Error> end() const { return end_ ? end_ : mouth_->end(); }

  /// False: there is none. Of what was not heard nothing is remembered.
  bool cancel(std::string_view reason);
  /// Somebody speaks: it is cut off wherever it is.
  void interrupt() {
    if (!cancel("turn_detected")) cut_what_plays();
    playback_.stop(parts_.time.now());
  }
  /// Somebody speaks over what may still be playing, however long ago it was made.
  void cut_what_plays();

  /// Something is being made, or may still be playing.
  bool is_going_on() const;
  /// What the ear has heard of it by now, and is about to.
  std::string heard_soon() const;
  /// Like `cancel`, but what was not heard is kept, and planned on, for `resume`.
  void hold();
  /// Goes on from where the ear was. False: nothing was left.
  bool resume();
  void drop_held();
  /// The caller's program says how much of an item it has played.
  void truncate(const json::object& event);

 private:
  /// Of the response that goes on.
  struct Active {
    std::deque<std::string> pieces;                          // to be spoken
    std::vector<provider::conversation::PlannedCall> calls;  // to be made beside them
    bool is_planned = false;                                 // no more pieces come
    bool has_words = false;
    bool in_message = false;
    bool is_unspoken = false;  // the mouth gave up some of its words
  };
  /// Of a response that may go on.
  struct Held {
    Active rest;
    std::chrono::milliseconds heard{0};  // of the sound of `playback_`
  };
  void end_cut(std::string_view reason);
  void take_planned();
  void excuse_silence();
  bool gives_up(const Error& why);
  void say(const std::string& piece);
  void make_calls();
  void finish();
  void end_unspoken();
  void on_sound(std::span<const std::uint8_t> bytes) override;
  void on_marks(std::span<const realtime::SpokenMark> marks) override;
  void on_spoken() override {}  // `advance` sees it
  void on_unspoken() override;
  void on_ignored_call(std::string_view tool) override;

  BrainParts& parts_;
  provider::conversation::GaConversation& conversation_;
  std::unique_ptr<BrainMouth> mouth_;
  BrainPlanning planning_;
  Playback playback_;
  std::optional<Active> active_;
  std::optional<Held> held_;
  json::object asked_;  // of the latest response
  boost::asio::any_io_executor executor_;
  std::function<void()> on_news_;
  bool may_call_ = true;  // of what is planned
  int failed_plans_ = 0;  // running
  std::optional<Error> end_;
};

}  // namespace callosum::session
