// Tools that come and go: the model is told each new set, and a call is judged by the set that it
// was issued in.
#include <algorithm>

#include "async/task_group.hpp"
#include "base/text.hpp"
#include "session/load_book.hpp"
#include "session/session.hpp"

namespace callosum::session {

using namespace std::chrono_literals;

namespace {

constexpr auto kAckPatience = 5s;        // for the model's word that it has the list
constexpr std::size_t kMostIssued = 16;  // responses whose calls may yet come

}  // namespace

/// The calls of this response are issued from here on.
void Session::note_issued(std::string_view response_id) {
  if (!context_->loaded) return;
  issued_.push_back({std::string(response_id), context_->loaded});
  if (issued_.size() > kMostIssued) issued_.pop_front();
}

Session::Loaded Session::issued_in(std::string_view response_id) const {
  const auto at = std::find_if(issued_.begin(), issued_.end(), [&](const auto& issued) {
    return issued.response_id == response_id;
  });
  return at == issued_.end() ? context_->loaded : at->set;
}

/// Who and where as of the epoch that a call was issued in.
std::shared_ptr<const registry::CallContext> Session::context_at(const Loaded& set) const {
  if (!set || set == context_->loaded) return context_;
  auto then = std::make_shared<registry::CallContext>(*context_);
  then->loaded = set;
  then->epoch = set->epoch;
  then->mode = set->mode;
  then->account = set->account;
  return then;
}

bool Session::changes_tools(std::string_view name) const {
  const auto* tool = parts_.catalog->snapshot()->find(name);
  return tool && tool->pack == registry::kMetaPack;
}

/// What is loaded has changed, whoever changed it.
void Session::take_loaded() {
  if (!parts_.loading) return;
  auto next = parts_.loading->current(id());
  if (!next || next == wanted_) return;
  wanted_ = std::move(next);
  load_asked_at_ = parts_.time.now();
  for (auto& source : sources_) {
    if (!source.offer_for) continue;
    if (auto offer = source.offer_for(*wanted_)) source.offer = std::move(offer);
  }
  view_.load(source().offer);
  ++updates_seen_;  // a connection that is being opened has the old list
  if (is_connected_) tell_loaded();
}

/// Sent only where the list differs; in force once the model has it.
void Session::tell_loaded() {
  if (!wanted_ || (context_->loaded == wanted_ && listed_)) return;
  if (listed_ && listed_->hash() == source().offer->hash()) {
    // The list is the same, and may be on its way still: then it is this set's.
    const auto last = std::find_if(updates_.rbegin(), updates_.rend(),
                                   [](const SentUpdate& sent) { return !!sent.loads; });
    if (last == updates_.rend()) return put_in_force(wanted_);
    last->loads = wanted_;
    return;
  }
  if (model_->profile().can_change_tools || !model_->profile().is_networked) {
    listed_ = source().offer;
    const auto event_id = next_event_id();
    updates_.push_back({event_id, "", std::nullopt, wanted_});
    model_->refresh_realtime_tools(view_.tools(), event_id);
    load_until_ = parts_.time.now() + kAckPatience;
    wake_->set();
    return;
  }
  wants_reload_ = true;
  reload_when_due();
  wake_->set();
}

/// A model that takes its list only when a connection begins gets another one, at the boundary of a
/// turn. What is held is told there.
void Session::reload_when_due() {
  if (!wants_reload_ || !is_connected_ || is_leaving_ || is_renewing_ || is_ending_) return;
  if (!tasks_) return;  // nobody has begun to talk, or all is over
  const bool has_said_something = has_uncommitted_audio_ && view_.is_push_to_talk();
  const bool is_heard = !sequencer_.is_silent(parts_.time.now()) || has_said_something ||
                        creates_.has_open_out_of_band();
  const bool runs = std::any_of(pending_.begin(), pending_.end(),
                                [](const auto& entry) { return !entry.second.held; });
  if (is_heard || !waiting_.empty() || runs) return;
  note_resumption();
  wants_reload_ = false;
  is_leaving_ = is_reloading_ = true;
  tasks_->spawn_beside("another list of tools", leave_model(model_));
}

SteadyTime Session::next_reload_look() const {
  constexpr auto kLookEvery = 250ms;
  return wants_reload_ && is_connected_ ? parts_.time.now() + kLookEvery : SteadyTime::max();
}

/// A connection has begun, with the list that the view had when it was asked for.
void Session::on_list_opened() {
  if (!wanted_) return;
  wants_reload_ = false;
  if (listed_ && listed_->hash() == source().offer->hash()) return put_in_force(wanted_);
  tell_loaded();
}

void Session::put_in_force(const Loaded& set) {
  if (context_->loaded && set->epoch < context_->loaded->epoch) return;  // it is past
  const bool is_new = context_->loaded != set;
  if (is_new) {
    change_context([&](auto& context) {
      context.loaded = set;
      context.epoch = set->epoch;
      context.mode = set->mode;
      context.account = set->account;
    });
    const auto took =
        std::chrono::duration_cast<std::chrono::microseconds>(parts_.time.now() - load_asked_at_);
    parts_.metrics.tools_loaded(context_->provider)
        .observe(static_cast<double>(took.count()) / 1000.0);
    parts_.log.info("tools_loaded", {{"session_id", id()},
                                     {"provider", context_->provider},
                                     {"mode", set->mode},
                                     {"epoch", set->epoch},
                                     {"tools", source().offer->names().size()},
                                     {"duration_us", took.count()}});
    note(storage::SessionState::live);
    tell_tools();
  }
  if (context_->loaded != wanted_ || !listed_) return;
  load_until_ = SteadyTime::max();
  answer_held();
}

void Session::tell_tools() {
  if (wants_tools_ && said_created_) {
    tell_timeline("loaded", "", "", join(source().offer->names(), ", "), "");
  }
}

/// The answers of those that changed the list, now that the model has it.
void Session::answer_held() {
  std::vector<std::string> keys;
  for (const auto& [key, call] : pending_) {
    if (call.held) keys.push_back(key);
  }
  for (const auto& key : keys) {
    const auto at = pending_.find(key);
    if (at == pending_.end() || !at->second.held) continue;
    const auto envelope = std::exchange(at->second.held, nullptr);
    on_answer(key, *envelope);
  }
}

/// Whether the answer waits until the model has the list that it speaks of.
bool Session::hold_answer(const std::string& key, const registry::Envelope& envelope) {
  const auto at = pending_.find(key);
  if (is_list_refused_ || at == pending_.end() || !changes_tools(at->second.name)) return false;
  take_loaded();
  if (is_connected_ && !listed_) tell_loaded();  // it was refused: once more
  if (!wanted_ || (context_->loaded == wanted_ && listed_) || is_ending_) return false;
  const auto again = pending_.find(key);  // others may have been answered meanwhile
  if (again == pending_.end()) return true;
  again->second.held = std::make_shared<const registry::Envelope>(envelope);
  again->second.filler_at = SteadyTime::max();
  reload_when_due();
  return true;
}

/// The model will not have the list: what was asked for is answered with that.
void Session::on_list_refused(const Loaded& set) {
  listed_.reset();
  put_in_force(set);
  if (wanted_ != set) return tell_loaded();
  load_until_ = SteadyTime::max();
  for (auto& [key, call] : pending_) {
    if (!call.held) continue;
    registry::Envelope refused;
    refused.meta = call.held->meta;
    refused.error =
        fail(ErrorType::transient, "the voice model did not take the tools; try it once more");
    call.held = std::make_shared<const registry::Envelope>(std::move(refused));
  }
  is_list_refused_ = true;  // what is held is not held again
  answer_held();
  is_list_refused_ = false;
}

/// The model has not said that it has the list: the conversation goes on all the same, by what the
/// gates know.
void Session::give_up_waiting_for_list() {
  if (parts_.time.now() < load_until_ || !wanted_) return;
  load_until_ = SteadyTime::max();
  parts_.log.warn(
      "tools_not_acknowledged",
      {{"session_id", id()}, {"provider", context_->provider}, {"epoch", wanted_->epoch}});
  put_in_force(wanted_);
}

}  // namespace callosum::session
