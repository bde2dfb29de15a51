#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "async/time_source.hpp"
#include "provider/conversation/ga_conversation.hpp"
#include "session/brain_reply.hpp"
#include "session/overlap.hpp"

namespace callosum::session {

/// Who is heard over a reply of our brain: held as a candidate, of whom nobody is told, until it is
/// an interruption or has passed. One that was taken for an interruption by its sound alone, and
/// was none, is taken back: the reply goes on from where the ear was. Lives on its session's
/// thread.
class BrainOverlap {
 public:
  /// References outlive it.
  BrainOverlap(const async::TimeSource& time, provider::conversation::GaConversation& conversation,
               BrainReply& reply, std::chrono::milliseconds after)
      : time_(time), conversation_(conversation), reply_(reply), after_(after) {}

  /// False: nothing goes on, or somebody is heard over it already; then it is a turn like any.
  bool begin(std::int64_t at_ms);
  bool is_open() const { return now_.has_value(); }
  bool is_of(std::string_view item_id) const { return now_ && now_->item_id == item_id; }
  const std::string& item_id() const { return now_->item_id; }
  void seems(std::string_view item_id, std::string_view words);
  void stopped(std::int64_t at_ms);
  /// Its words, all of them. False: it is no turn, and nothing was said.
  bool ends_as_turn(std::string_view words);
  /// Judges by what is known now.
  void look();
  SteadyTime next_look() const { return now_ ? next_judgement(*now_, after_) : SteadyTime::max(); }

 private:
  void suspect();
  void become_turn();
  void pass();

  const async::TimeSource& time_;
  provider::conversation::GaConversation& conversation_;
  BrainReply& reply_;
  std::chrono::milliseconds after_;
  std::optional<Overlap> now_;
  bool has_passed_ = false;  // the last one
};

}  // namespace callosum::session
