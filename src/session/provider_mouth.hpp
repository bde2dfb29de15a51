#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/deque.hpp"
#include "base/random.hpp"
#include "session/inner_model.hpp"
#include "session/recent_ids.hpp"

namespace callosum::session {

namespace json = boost::json;

/// Whom a mouth tells what becomes of the words that it was given.
class MouthSink {
 public:
  virtual ~MouthSink() = default;
  virtual void on_sound(std::span<const std::uint8_t> bytes) = 0;
  virtual void on_spoken() = 0;  ///< all of it, or what there will be of it
  /// The model behind it has called a function all the same.
  virtual void on_ignored_call(std::string_view name) = 0;
};

/// A provider as a mouth alone: it is given no tools, hears nothing, and speaks the words it is
/// asked to, one utterance after the other. Lives on its session's thread.
class BrainMouth {
 public:
  /// `random` and `sink` outlive it.
  BrainMouth(std::unique_ptr<realtime::ModelPort> provider, Random& random, MouthSink& sink);

  const realtime::ProviderProfile& profile() const { return inner_.port().profile(); }
  boost::asio::awaitable<Result<void>> open(const json::object& session,
                                            std::function<void()> on_news,
                                            async::Deadline deadline);
  boost::asio::awaitable<void> close(async::Deadline deadline) { return inner_.close(deadline); }
  /// The settings that the session speaks with have changed.
  void set(const json::object& session);

  /// Only while nothing is being spoken.
  void say(std::string_view words, SteadyTime now);
  bool is_speaking() const { return !event_id_.empty(); }
  /// What is left of it is for nobody.
  void cut();
  /// When `look` should be called without news.
  SteadyTime gives_up_at() const { return is_speaking() ? gives_up_at_ : SteadyTime::max(); }
  /// Tells what the provider has said meanwhile; true: there was something.
  bool look(SteadyTime now);
  std::optional<Error> end() const { return inner_.end(); }

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
