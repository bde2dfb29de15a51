#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "realtime/ears.hpp"

namespace callosum::session {

namespace json = boost::json;

/// What a session's settings say of the caller's sound.
struct InputSettings {
  std::string format = "audio/pcm";
  bool detects_turns = true;
  bool creates_response = true;  ///< a response follows by itself
  bool interrupts = true;        ///< who speaks cuts off what is being said
};
InputSettings read_input_settings(const json::object& session);

/// An utterance in words.
struct SpokenUtterance {
  std::string item_id;
  std::string speaker;
  std::string text;  ///< empty: nothing was understood
  bool is_sure = true;
  bool by_hand = false;  ///< committed by the caller's program, which says itself what follows
  realtime::Confidence confidence = {};  ///< how sure its ears say that they are
  /// As whoever plans is told it: "[Maya] when are you open".
  std::string labelled() const;
};

/// Whom utterances are told.
class UtteranceSink {
 public:
  virtual ~UtteranceSink() = default;
  /// Gives the id of the item that it will be.
  virtual std::string speech_started(std::int64_t at_ms) = 0;
  virtual void speech_stopped(std::int64_t at_ms, const std::string& item_id) = 0;
  /// Likewise, of one that the caller's program committed.
  virtual std::string committed_by_hand() = 0;
  virtual void understood(const SpokenUtterance& utterance) = 0;
  /// What somebody seems to be saying; `is_stable`: and to have said, for now.
  virtual void seems(const SpokenUtterance& /*utterance*/, bool /*is_stable*/) {}
};

/// Every speaker's sound on its way to labelled text: ears of their own for each. Lives on its
/// session's thread.
class Utterances {
 public:
  /// `speaker` is who speaks where the caller's program names nobody. `sink` outlives it.
  Utterances(realtime::MakeEars make_ears, std::string speaker, UtteranceSink& sink);

  void open(boost::asio::any_io_executor executor, std::function<void()> on_news);
  void set(InputSettings settings);
  const InputSettings& settings() const { return settings_; }

  // Events of the caller's program, any of which may name a `speaker`. VALIDATION with the wrong
  // parameter as detail.
  Result<void> append(const json::object& event);
  Result<void> commit(const json::object& event);
  Result<void> clear(const json::object& event);
  /// Tells the sink what has been heard meanwhile.
  void look();
  /// Some that have ended are not in words yet.
  bool is_understanding() const;
  /// Why nothing more will be heard of somebody; nothing while all have ears.
  const std::optional<Error>& end() const { return end_; }

 private:
  struct Speaker {
    std::string name;
    std::unique_ptr<realtime::Ears> ears;
    std::string item_id;                // of what is being said; empty: nothing
    std::deque<SpokenUtterance> ended;  // in the order that their words come in
  };
  Result<Speaker*> find_speaker(const json::object& event);
  void look(Speaker& speaker);
  void guess(const Speaker& speaker, const realtime::HeardEvent& heard);

  realtime::MakeEars make_ears_;
  std::string first_speaker_;
  UtteranceSink& sink_;
  boost::asio::any_io_executor executor_;
  std::function<void()> on_news_;
  InputSettings settings_;
  std::optional<Error> end_;
  std::map<std::string, Speaker, std::less<>> speakers_;
};

}  // namespace callosum::session
