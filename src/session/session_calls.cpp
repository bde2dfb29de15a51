// Our tools within a session: from a finished call to its output and the response that follows.
#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "pipeline/prepare.hpp"
#include "registry/carried_call.hpp"
#include "session/load_book.hpp"
#include "session/session.hpp"

namespace callosum::session {

namespace {

constexpr std::size_t kMaxPendingCalls = 64;
constexpr const char* kNoResponse = "it came without the response that it is of";
constexpr const char* kCancelled = "the caller interrupted before that was decided";

/// By its risk where the arguments decide; those that cannot be read count as the strictest.
bool changes_something(const registry::ToolSpec& tool, std::string_view arguments) {
  if (tool.terminal || tool.access != registry::Access::read) return true;
  if (tool.risk.empty()) return false;
  const auto parsed = parse_strict(arguments.empty() ? "{}" : arguments);
  return tool.access_for(parsed ? parsed->if_object() : nullptr) != registry::Access::read;
}

Error too_many() { return fail(ErrorType::budget_exceeded, "too many calls are open"); }

}  // namespace

/// `response_id`: the one that the call is of; "": the conversation's current one.
bool Session::is_ours(std::string_view name, std::string_view response_id) const {
  // What neither side has declared was invented by the model: the executor says so.
  if (source().offer->contains(name)) return true;
  return !view_.is_callers_tool(name) && !creates_.is_callers_tool(name, response_id);
}

void Session::begin_turn() {
  change_context([](auto& context) { ++context.turn; });
  state_.begin_turn();
  silence_.heard();
  sequencer_.on_turn();
}

/// What a call is kept by: who knows nothing of earlier calls may give the same id to another.
std::string Session::key_of(std::string_view call_id) const {
  std::string key(call_id);
  if (conversations_ > 1) key += "#" + std::to_string(conversations_);
  return key;
}

/// A new connection to the same provider may yet repeat a call, by an id that says which it is.
bool Session::is_seen_first(std::string_view call_id) {
  const bool says_which = context_->has_stable_call_ids && pipeline::says_which_call(call_id);
  return says_which ? seen_calls_.insert(call_id) : seen_calls_.insert(key_of(call_id));
}

/// One that carries another is that other from here on.
void Session::on_finished_call(const realtime::FinishedCall& call) {
  const auto carried = source().offer->contains(call.name)
                           ? registry::find_carried(call.name, call.arguments)
                           : std::nullopt;
  // One that carries what is not there is refused as itself: it may be anything that the model
  // says.
  const bool is_known = carried && parts_.catalog->snapshot()->find(carried->name);
  if (!is_known) return take_call(call, false);
  auto meant = call;
  meant.name = carried->name;
  meant.arguments = carried->arguments;
  take_call(meant, true);
}

void Session::take_call(const realtime::FinishedCall& call, bool is_carried) {
  if (!is_carried && !is_ours(call.name, call.response_id)) {
    if (is_seen_first(call.call_id)) {
      sequencer_.on_call(call.response_id, call.call_id, false);
    }
    return;
  }
  veil_.hide_item(call.item_id);
  veil_.hide_call(call.call_id);
  // Our tools are not offered outside the conversation, where no output could follow.
  if (creates_.is_out_of_band(call.response_id)) return;
  veil_.mark_hidden_output(call.response_id);
  // One call is visible in four events, and providers repeat themselves: it runs once.
  if (!is_seen_first(call.call_id)) return;
  sequencer_.on_call(call.response_id, key_of(call.call_id), true);
  const bool is_given_up = sequencer_.is_given_up(call.response_id);

  const auto* tool = parts_.catalog->snapshot()->find(call.name);
  if (cut_off_.contains(call.response_id)) {
    return refuse_call(std::string(call.call_id), fail(ErrorType::cancelled, kCancelled), true);
  }
  if (tool && changes_something(*tool, call.arguments) && !completed_.contains(call.response_id)) {
    return hold_call(call, tool->terminal, is_given_up);
  }
  if (is_given_up) {
    return refuse_call(std::string(call.call_id), fail(ErrorType::cancelled, kCancelled), true);
  }
  start_call(call.call_id, call.name, call.arguments, issued_in(call.response_id));
}

/// Until its response has completed: one that is cut off before its end does not run it.
void Session::hold_call(const realtime::FinishedCall& call, bool is_terminal, bool is_given_up) {
  const std::string id(call.call_id);
  const std::string response(call.response_id.empty() ? sequencer_.active_response()
                                                      : call.response_id);
  if (waiting_.size() >= kMaxPendingCalls) return refuse_call(id, too_many(), is_given_up);
  if (response.empty()) return refuse_call(id, fail(ErrorType::cancelled, kNoResponse));
  waiting_.push_back({response, id, std::string(call.name), std::string(call.arguments),
                      is_given_up, is_terminal, SteadyTime::max(), issued_in(response)});
}

void Session::start_call(std::string_view call_id, std::string_view name,
                         std::string_view arguments, const Loaded& issued) {
  const std::string id(call_id);
  if (pending_.size() >= kMaxPendingCalls) {
    return refuse_call(id, too_many());
  }
  const auto* tool = parts_.catalog->snapshot()->find(name);
  if (tool && tool->terminal && has_run_terminal_) {
    return refuse_call(id, fail(ErrorType::conflict, "the conversation is being ended already"));
  }
  tell_timeline("called", name, arguments, "", "");
  const auto key = key_of(id);
  auto& pending = pending_[key];
  pending.call_id = id;
  pending.name = name;
  pending.arguments = arguments;
  pending.connection = connection_;
  pending.is_silent = tool && tool->delivery == registry::Delivery::silent;
  pending.interrupts = tool && tool->delivery == registry::Delivery::interrupt;
  pending.made_in = sequencer_.responses();
  pending.started = parts_.time.now();

  pipeline::CallRequest request{
      {id, std::string(name), std::string(arguments)}, context_at(issued), calls_, parts_.catalog};
  if (parts_.loading) parts_.loading->touch(context_->session_id, name);
  pipeline::Executor::OnAnswer on_done = [this, key](const pipeline::Executor::Answer& answer) {
    on_answer(key, *answer);
  };
  const auto ticket = parts_.executor.submit(std::move(request), std::move(on_done));
  const auto at = pending_.find(key);  // answered already, where nothing had to be waited for
  if (at == pending_.end()) return;
  at->second.ticket = ticket;
  if (!tool || tool->filler_after.count() == 0) return;
  at->second.filler_at = filler_due(*tool);
  at->second.filler = tool->filler;
  look_again();
}

void Session::release_waiting(std::string_view response_id, bool run) {
  std::vector<WaitingCall> released;
  for (auto at = waiting_.begin(); at != waiting_.end();) {
    const bool is_meant = at->response_id == response_id;
    if (!is_meant || (run && wait_until_heard(*at))) {
      ++at;
      continue;
    }
    released.push_back(std::move(*at));
    at = waiting_.erase(at);
  }
  for (const auto& call : released) {
    if (run) {
      start_call(call.call_id, call.name, call.arguments, call.issued_in);
      continue;
    }
    refuse_call(call.call_id, fail(ErrorType::cancelled, kCancelled), call.is_given_up);
  }
}

/// Answers a call that never reaches the executor.
void Session::refuse_call(const std::string& call_id, Error error, bool is_silent) {
  registry::Envelope envelope;
  envelope.error = std::move(error);
  envelope.meta.call_id = call_id;
  const auto key = key_of(call_id);
  auto& pending = pending_[key];
  pending.call_id = call_id;
  pending.connection = connection_;
  pending.is_silent = is_silent;
  on_answer(key, envelope);
}

/// What a tool asks of the session, and through it of whoever holds the call.
void Session::apply(const registry::Envelope& envelope) {
  if (envelope.ok() && state_.is_active()) {
    for (const auto& intent : envelope.intents) {
      if (intent.intent == registry::Intent::transfer_call) caller_->transfer_to(intent.argument);
      if (intent.intent == registry::Intent::send_digits) caller_->press(intent.argument);
    }
  }
  state_.apply(envelope);
}

void Session::on_answer(const std::string& key, const registry::Envelope& envelope) {
  note_questions();  // one of them may have been answered by this very call
  if (hold_answer(key, envelope)) return;
  const auto node = pending_.extract(key);
  if (node.empty()) return;
  const auto& call = node.mapped();
  const auto* tool = parts_.catalog->snapshot()->find(call.name);
  if (tool && tool->terminal && envelope.ok()) has_run_terminal_ = true;
  note_time(call, envelope);
  if (envelope.ok()) note_strangers(call);
  apply(envelope);
  const std::string output = registry::encode_text(envelope);
  if (!wants_timeline_) {
    // nobody listens
  } else if (envelope.ok()) {
    tell_timeline("answered", call.name, "", json::serialize(envelope.data), "");
  } else {
    tell_timeline("refused", call.name, "", envelope.error->message,
                  to_string(envelope.error->type));
  }
  creates_.on_answer(envelope.error && envelope.error->type == ErrorType::budget_exceeded);
  // What was given up has nothing to add to a response that has been made since.
  const bool is_cancelled = envelope.error && envelope.error->type == ErrorType::cancelled;
  const bool is_past =
      is_cancelled && (call.is_withdrawn || sequencer_.responses() > call.responses);
  const bool is_silent = call.is_silent || is_past;
  // Of a call that the model took back it hears what was done all the same, and nothing else.
  if (!call.is_withdrawn || !is_silent) {
    // Who interrupted it is answered anyway.
    give_output(call, output, is_silent || is_cancelled);
  }
  sequencer_.on_output(key, is_silent, parts_.time.now());
  if (call.interrupts && !is_past && !call.is_withdrawn) interrupt_for_result(call);
  reload_when_due();
  create_when_due();
  stop_when_answered();
}

void Session::on_call_elsewhere(const registry::Envelope& envelope) {
  if (!wake_ || is_ending_) return;
  apply(envelope);
  turn_is_over();
}

/// To the connection that the call came on, unless it took the call back; else as conversation.
/// Those to come are told what was done in any case: they must not do it again.
void Session::give_output(const PendingCall& call, const std::string& output, bool is_silent) {
  using realtime::OutputDelivery;
  const bool is_awaited = is_connected_ && call.connection == connection_ && !call.is_withdrawn;
  if (is_awaited) {
    const auto delivery = is_silent         ? OutputDelivery::silent
                          : call.interrupts ? OutputDelivery::interrupt
                                            : OutputDelivery::when_idle;
    model_->send_function_call_output(call.call_id, output, next_event_id(), delivery);
  }
  Moment done{"tool", output, "", call.name, call.call_id, call.arguments};
  if (is_awaited) return history_.add_done(std::move(done));
  const auto news = render_conversation({done}).front();
  history_.add_done(std::move(done));
  if (tell_model(news.role, news.text) == Passing::waits) history_.wait_last();
}

void Session::tell_timeline(std::string_view kind, std::string_view tool, std::string_view args,
                            std::string_view text, std::string_view error_type) {
  if (!wants_timeline_) return;
  to_caller(json::serialize(json::object{{"type", "callosum.timeline"},
                                         {"event_id", next_event_id()},
                                         {"kind", kind},
                                         {"tool", tool},
                                         {"args", args},
                                         {"text", text},
                                         {"error_type", error_type}}));
}

void Session::interrupt_calls() {
  cut_filler();
  cancel_unheard();
  // An interrupted call may answer at once, and so leave the map.
  std::vector<pipeline::Executor::Ticket> tickets;
  tickets.reserve(pending_.size());
  for (auto& [key, call] : pending_) {
    tickets.push_back(call.ticket);
    call.responses = sequencer_.responses();
  }
  for (const auto ticket : tickets) parts_.executor.interrupt(ticket);
}

/// The model has taken calls back: they are interrupted as their tools declare, and what it said
/// no output is wanted of gets none.
void Session::on_calls_withdrawn(const realtime::ServerFrame& frame) {
  if (!model_->profile().withdraws_calls) return;
  realtime::EventArena arena;
  const auto event = realtime::decode_server_event(frame, arena.storage());
  const auto* ids = event ? find_array(event->body, "call_ids") : nullptr;
  if (!ids) return;
  std::vector<pipeline::Executor::Ticket> tickets;
  for (const auto& value : *ids) {
    const std::string call_id(value.is_string() ? value.get_string() : "");
    const auto waits = std::find_if(waiting_.begin(), waiting_.end(),
                                    [&](const auto& call) { return call.call_id == call_id; });
    if (waits != waiting_.end()) {
      waiting_.erase(waits);
      sequencer_.on_output(key_of(call_id), true, parts_.time.now());
    }
    const auto at = pending_.find(key_of(call_id));
    if (at == pending_.end()) continue;
    const auto* tool = parts_.catalog->snapshot()->find(at->second.name);
    at->second.is_withdrawn = true;
    at->second.is_silent |= !tool || tool->on_interrupt != registry::OnInterrupt::commit;
    tickets.push_back(at->second.ticket);
  }
  for (const auto ticket : tickets) parts_.executor.interrupt(ticket);
  create_when_due();
}

/// The conversation ends: every call that the model knows of has its output all the same.
void Session::answer_unfinished() {
  if (!is_connected_) return;
  registry::Envelope envelope;
  envelope.error = fail(ErrorType::cancelled, "the caller has gone");
  const auto answer = [&](const std::string& call_id) {
    envelope.meta.call_id = call_id;
    model_->send_function_call_output(call_id, registry::encode_text(envelope), next_event_id(),
                                      realtime::OutputDelivery::silent);
  };
  for (const auto& call : waiting_) answer(call.call_id);
  for (const auto& [key, call] : pending_) {
    if (call.connection == connection_ && !call.is_withdrawn) answer(call.call_id);
    parts_.executor.forget(call.ticket);
  }
  waiting_.clear();
  pending_.clear();
}

/// The caller's program cancelled. Unlike one who speaks it is owed no response: of what is given
/// up nothing is said. What a tool commits to is done and reported all the same.
void Session::give_up_calls() {
  for (auto& call : waiting_) call.is_given_up = true;
  for (auto& [key, call] : pending_) {
    const auto* tool = parts_.catalog->snapshot()->find(call.name);
    if (!tool || tool->on_interrupt != registry::OnInterrupt::commit) call.is_silent = true;
  }
  interrupt_calls();
}

}  // namespace callosum::session
