#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"

namespace callosum::session {

namespace json = boost::json;

/// What to do with a caller's own response.create.
enum class CreateDecision : std::uint8_t { forward, hold, refuse };
/// Whose response.create is due.
enum class DueCreate : std::uint8_t { none, callers, ours };

/// The one owner of `response.create` (DESIGN "The way of one tool call", 9). Never one while a
/// response is active; when every call of a response has its output and nothing is active, exactly
/// one, unless the caller has interrupted or the tool's delivery is silent; so many for what was
/// asked once. Pure: told what happened, asked what is due.
class ResponseSequencer {
 public:
  /// So many follow-ups of our own for what was asked once; 0: any number.
  explicit ResponseSequencer(int max_follow_ups = 8) : max_follow_ups_(max_follow_ups) {}

  // What the model's side said.
  /// One in the conversation. True: the caller has cancelled it already.
  bool on_created(std::string_view response_id);
  void on_done(std::string_view response_id, bool cancelled);
  void on_create_refused();  ///< conversation_already_has_active_response for a create of ours
  void on_create_failed();   ///< any other refusal, or one of the caller's create
  void on_speech_started(SteadyTime now);
  void on_speech_stopped(SteadyTime now);
  void on_speech_dropped();  ///< what was heard is thrown away: nothing follows from it
  /// Nothing is active any more; pending calls stay. `holds_create`: the caller's, to be sent
  /// again.
  void on_connection_lost(bool holds_create);

  // Calls. `ours` run here; the others belong to the caller's own program.
  void on_call(std::string_view response_id, std::string_view call_id, bool ours);
  void on_output(std::string_view call_id, bool silent, SteadyTime now);
  /// The caller's calls without an output, of a connection that is gone; they block nothing more.
  std::vector<std::string> take_callers_calls();
  bool is_waiting_for_caller_output(std::string_view call_id) const;

  // The caller's own wishes.
  void on_turn() { follow_ups_ = 0; }  ///< the user has said something
  /// Somebody has told the conversation something that the model has not spoken to.
  void on_news() {
    follow_ups_ = 0;
    unseen_output_ = true;
  }
  /// One in the conversation. Without a connection it is held.
  CreateDecision on_caller_create(bool is_connected, SteadyTime now);
  /// Ends what is active, held, on its way or due in the conversation.
  void on_caller_cancel(SteadyTime now);
  /// What still comes of that response comes too late.
  bool is_given_up(std::string_view response_id) const {
    return !given_up_.empty() && given_up_ == response_id;
  }

  /// What is due now. Counts as sent.
  DueCreate take_due(SteadyTime now);
  /// When `take_due` should be asked again without any event; nothing: never.
  std::optional<SteadyTime> next_look() const;
  /// A response will still come by itself: calls run, a create is due or a response is active.
  bool is_busy() const;
  /// Nothing runs and nobody speaks: the caller's own calls are answered, too.
  bool is_quiet(SteadyTime now) const;
  /// No response is active, asked for or about to follow, and nobody speaks. Calls may run.
  bool is_between_turns(SteadyTime now) const;
  /// Nobody says anything, or has just done so. What waits may wait.
  bool is_silent(SteadyTime now) const {
    const bool was_just_spoken = hold_until_ && now < *hold_until_;
    return !has_active_response() && !is_speaking_ && !was_just_spoken;
  }
  /// Nothing of the conversation is being said, by either side.
  bool may_speak_beside() const { return !has_active_response() && !is_speaking_; }
  bool awaits_created() const { return create_sent_; }
  bool has_active_response() const { return !active_.empty() || create_sent_; }
  const std::string& active_response() const { return active_; }
  std::uint64_t responses() const { return responses_; }  ///< begun so far, in the conversation

 private:
  bool batch_is_open() const { return !ours_.empty(); }
  bool owes_response() const {
    const bool may_follow = max_follow_ups_ == 0 || follow_ups_ < max_follow_ups_;
    return unseen_output_ && !caller_will_create_ && may_follow;
  }

  // After the caller spoke, a response of its own normally follows; only when none does is ours
  // due.
  static constexpr std::chrono::seconds kInterruptedHold{4};
  // A create that nothing answers must not block the conversation for ever.
  static constexpr std::chrono::seconds kCreatePatience{20};
  static constexpr std::chrono::seconds kCancelledPatience{2};  // once the caller has cancelled it

  void send_create(SteadyTime now, bool ours);
  void forget_create();

  std::string active_;
  std::uint64_t responses_ = 0;
  bool create_sent_ = false;  // a response.create is on its way
  bool create_is_ours_ = false;
  bool create_is_cancelled_ = false;  // the model is told once it says the response's name
  SteadyTime create_until_{};         // no longer waited for
  std::string given_up_;              // the response that the caller has cancelled
  // A model that answers every response with another call must not do so for ever.
  int max_follow_ups_;
  int follow_ups_ = 0;  // of ours, since somebody asked for something
  // Calls without an output, ours and the caller's: a handful, so a list is the quickest set.
  std::vector<std::string> ours_;
  std::vector<std::string> callers_;
  bool unseen_output_ = false;       // an output no response has been made from
  bool caller_will_create_ = false;  // the batch holds calls of the caller, who says when
  bool holds_create_ = false;        // the caller's, waiting for our outputs
  bool is_speaking_ = false;         // the caller
  std::optional<SteadyTime> hold_until_;
};

}  // namespace callosum::session
