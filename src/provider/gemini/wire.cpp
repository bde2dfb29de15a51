// Whose turn it is: what is asked for, what calls are answered with, and when either may be sent.
#include "provider/gemini/wire.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>
#include <utility>

#include "base/json.hpp"
#include "provider/gemini/setup.hpp"

namespace callosum::provider::gemini {

Wire::Wire(std::string model, Random& random)
    : model_(std::move(model)),
      traits_(traits_of(model_)),
      conversation_(random),
      session_(model_, conversation_.make_id("sess_")),
      reply_(conversation_),
      ear_(conversation_) {}

void Wire::tell(json::object message) { to_model_.push_back(json::serialize(message)); }

void Wire::begin_reply(Ask ask) {
  ReplyStart start;
  start.metadata = std::move(ask.metadata);
  start.settings = session_.response_settings();
  start.is_outside = ask.is_utterance;
  start.is_text_only = ask.is_text_only || session_.is_text_only();
  is_unclaimed_ = false;
  reply_.begin(std::move(start));
}

void Wire::end_reply(std::string_view status, json::value details, json::value usage) {
  is_unclaimed_ = false;
  reply_.end(status, std::move(details), std::move(usage));
}

void Wire::close_turn() {
  turn_ = {};
  usage_ = nullptr;
  if (std::exchange(owes_answer_, false) && !turns_.empty() && asks_.empty()) asks_.push_back({});
}

/// Nothing more comes of it.
void Wire::give_up_turn() {
  const json::object error{{"type", "server_error"},
                           {"code", "no_answer"},
                           {"message", "The voice model did not finish its answer."}};
  end_reply("failed", json::object{{"type", "failed"}, {"error", error}}, nullptr);
  close_turn();
}

bool Wire::is_idle() const {
  return !turn_.is_open && !reply_.is_running() && asks_.empty() && !calls_.has_open() &&
         !calls_.has_answers() && !ear_.is_open() && !is_in_activity_;
}

/// A line that waits to be spoken asks for no answer.
bool Wire::has_called_enough() const {
  return rounds_ >= kMaxRounds &&
         std::all_of(asks_.begin(), asks_.end(), [](const Ask& ask) { return ask.is_utterance; });
}

bool Wire::may_answer(SteadyTime now) const {
  if (asks_.empty() && now < ask_until_) return false;
  if (has_called_enough() && !traits_.calls_go_on) return false;
  // What is asked for shall be said with what is known by then.
  const bool is_wanted = calls_.is_due() || (calls_.has_answers() && !asks_.empty());
  if (!is_wanted) return false;
  return !turn_.is_open || turn_.awaits_outputs || (turn_.is_dropped && calls_.is_urgent());
}

void Wire::send_answers(SteadyTime now) {
  const auto own =
      std::find_if(asks_.begin(), asks_.end(), [](const Ask& ask) { return !ask.is_utterance; });
  // Where the model waits for outputs anything else would interrupt it.
  const bool may_tell = traits_.calls_go_on && !turn_.is_open;
  if (own != asks_.end() && !own->text.empty() && may_tell) {
    turns_.push_back({{}, "user", own->text});
  }
  if (!turns_.empty() && may_tell) send_turns(false);
  ask_until_ = {};
  if (has_called_enough()) calls_.silence();
  const bool speaks = calls_.asks_for_words() || !traits_.calls_go_on;
  rounds_ += speaks ? 1 : 0;
  to_model_.push_back(calls_.take_answers(traits_.calls_go_on));
  if (!speaks || (turn_.awaits_outputs && calls_.has_open())) return;
  is_resumable_ = false;
  turn_.open(now);
  turn_.is_answering = true;
  if (own == asks_.end()) return;
  owes_answer_ = !turns_.empty();
  auto ask = std::move(*own);
  asks_.erase(own);
  begin_reply(std::move(ask));
}

bool Wire::may_ask(const Ask& ask, SteadyTime now) const {
  if (reply_.is_running()) return false;
  if (!turn_.is_open || turn_.is_dropped) return true;
  return turn_.awaits_outputs && now >= ask.until;  // somebody never answers their call
}

/// Text that waits, as turns; `is_complete`: the model is to answer.
void Wire::send_turns(bool is_complete) {
  json::array turns;
  std::string lines;
  for (const auto& turn : turns_) {
    json::array parts;
    parts.push_back(json::object{{"text", turn.text}});
    turns.push_back(json::object{{"role", turn.role}, {"parts", std::move(parts)}});
    lines +=
        (lines.empty() ? "" : "\n") + (turn.role == "model" ? "You said: " + turn.text : turn.text);
  }
  turns_.clear();
  turns_bytes_ = 0;
  has_content_ = true;
  if (!traits_.content_any_time) {
    // It does not begin without an input of its own (§2.3).
    tell({{"realtimeInput", {{"text", lines.empty() ? " " : lines}}}});
    return;
  }
  json::object content;
  if (!turns.empty()) content["turns"] = std::move(turns);
  content["turnComplete"] = is_complete;
  tell({{"clientContent", std::move(content)}});
}

void Wire::send_ask(SteadyTime now) {
  auto ask = std::move(asks_.front());
  asks_.pop_front();
  if (!ask.text.empty()) turns_.push_back({{}, "user", ask.text});
  const bool ends_activity = is_committed_ && is_in_activity_;
  if (ends_activity) {
    if (!turns_.empty() && traits_.content_any_time) send_turns(false);
    tell({{"realtimeInput", {{"activityEnd", json::object()}}}});
    is_in_activity_ = is_committed_ = false;
    has_content_ = true;
  } else {
    send_turns(true);
  }
  is_resumable_ = false;
  turn_.open(now);
  begin_reply(std::move(ask));
}

/// Of what the user has said, once it is answered.
bool Wire::awaits_late_words() const {
  return !turn_.is_open && !is_committed_ && ear_.awaits_words() && !ear_.is_open();
}

/// Of what a call was made of. Until it has its output the model says no more, nor that they are
/// all.
bool Wire::awaits_words_of_call() const {
  return turn_.is_open && calls_.has_open() && ear_.awaits_words() && ear_.has_words() &&
         !ear_.is_open();
}

void Wire::look_at_ear(SteadyTime now) {
  if (ear_.is_open() && now >= speech_until_) {
    ear_.commit();
    words_until_ = now + kLateWords;
  }
  if (awaits_late_words() && now >= words_until_) ear_.complete();
  if (awaits_words_of_call() && now >= words_rest_at_) ear_.complete();
}

void Wire::look(SteadyTime now) {
  if (!is_ready_) return;
  note_activity(now);
  const bool is_waiting_for_model = turn_.is_open && !turn_.awaits_outputs;
  if (is_waiting_for_model && now >= turn_.end_by) give_up_turn();
  look_at_ear(now);
  if (may_answer(now)) send_answers(now);
  while (!asks_.empty() && asks_.front().is_utterance && now >= asks_.front().until) {
    conversation_.say_error("server_error", "The voice model was not free to say it.", "",
                            asks_.front().event_id);
    asks_.pop_front();
  }
  if (!asks_.empty() && may_ask(asks_.front(), now)) send_ask(now);
}

SteadyTime Wire::next_look(SteadyTime now) const {
  auto next = SteadyTime::max();
  if (!is_ready_) return next;
  if (turn_.is_open && !turn_.awaits_outputs) next = std::min(next, turn_.end_by);
  if (ear_.is_open()) next = std::min(next, speech_until_);
  if (awaits_late_words()) next = std::min(next, words_until_);
  if (awaits_words_of_call()) next = std::min(next, words_rest_at_);
  if (!asks_.empty() && asks_.front().until > now) next = std::min(next, asks_.front().until);
  if (calls_.is_due() && now < ask_until_) next = std::min(next, ask_until_);
  if (!is_unwanted() || !is_idle()) return next;
  if (!needs_setup_ && rests_until_ > now) next = std::min(next, rests_until_);
  const bool waits_for_handle = has_content_ && !is_resumable_;
  if (waits_for_handle && patient_until() > now) next = std::min(next, patient_until());
  return next;
}

/// A handle comes behind the end of what was said.
SteadyTime Wire::patient_until() const {
  return std::max(setup_wanted_at_, busy_until_) + kSetupPatience;
}

void Wire::finish() {
  if (is_ready_ && calls_.has_answers())
    to_model_.push_back(calls_.take_answers(traits_.calls_go_on));
}

Wire::Replace Wire::wants_connection(SteadyTime now) const {
  if (!is_ready_ || !is_unwanted() || !is_idle()) return Replace::no;
  if (!needs_setup_ && now < rests_until_) return Replace::no;
  if (!has_content_) return Replace::fresh;
  if (is_resumable_) return Replace::resumed;
  return now >= patient_until() ? Replace::lost : Replace::no;
}

/// What is said now is for the connection that comes.
bool Wire::must_hold(SteadyTime now) const {
  return !is_ready_ || wants_connection(now) != Replace::no;
}

/// What the model has not been told is no part of what it can take up.
std::string Wire::resumption() const {
  const bool is_whole = turns_.empty() && held_.empty() && asks_.empty();
  return is_resumable_ && is_whole ? handle_ : std::string();
}

void Wire::leave() {
  is_ready_ = false;
  close_turn();
  calls_.clear();
  late_until_ = {};
}

void Wire::reconnect(bool resumes) {
  goes_away_ = needs_setup_ = is_resumable_ = sent_context_update_ = false;
  is_resuming_ = resumes;
  has_content_ = resumes;
  is_by_hand_ = !session_.turn_detection();
  setup_ = encode_setup(model_, session_, traits_);
  to_model_.clear();
  to_model_.push_back(encode_setup_message(setup_, resumes ? handle_ : std::string()));
}

void Wire::give_up() {
  for (const auto& held : std::exchange(held_, {})) {
    if (held.is_sound) continue;
    const auto parsed = parse_strict(held.text);
    const auto* object = parsed ? parsed->if_object() : nullptr;
    conversation_.say_error("connection_lost", "The connection to the voice model was lost.", "",
                            object ? text_at(*object, "event_id") : std::string_view());
  }
}

}  // namespace callosum::provider::gemini
