#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "realtime/ears.hpp"

namespace callosum::provider::deepgram {

/// What a recogniser tells of turns, as the events of ears: whether it finds their ends or the
/// caller's program does, however often its connection is replaced. Pure.
class HeardTurns {
 public:
  void detect(bool does) { detects_ = does; }
  bool detects() const { return detects_; }
  bool in_speech() const { return in_speech_; }
  /// Somebody waits for the words of what was committed.
  bool is_owed() const { return owed_ > 0 || is_forced_; }

  void began(std::int64_t at_ms);
  void partial(std::string_view text, bool is_stable);
  void ended(std::int64_t at_ms, std::string_view words,
             const realtime::Confidence& confidence = {});
  /// The caller's program ends the utterance. False: there was none, and nothing to wait for.
  bool commit(bool has_sound);
  void forget() {
    by_hand_.clear();
    by_hand_confidence_ = {};
  }
  /// Of what is being said, and of what was committed, the words are not known.
  void fail(const std::string& why, std::int64_t at_ms);
  /// Nothing more will be heard.
  void lost(const Error& why, std::int64_t at_ms);
  std::optional<realtime::HeardEvent> take();

 private:
  void end(std::int64_t at_ms);
  void keep_by_hand(std::string_view words, const realtime::Confidence& confidence);
  void tell_words(std::string text, const realtime::Confidence& confidence);

  std::deque<realtime::HeardEvent> events_;
  std::string by_hand_;  // words that no commit has asked for yet
  realtime::Confidence by_hand_confidence_;
  int owed_ = 0;            // commits of what no start was told of
  bool is_forced_ = false;  // a commit of the utterance that goes on
  bool in_speech_ = false;
  std::int64_t began_at_ms_ = 0;
  bool detects_ = true;
};

}  // namespace callosum::provider::deepgram
