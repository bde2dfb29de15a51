// A connection to the model that is lost: what the caller is told of it, what waits for the next
// one, and what the next one is told.
#include <algorithm>
#include <boost/json/serialize.hpp>

#include "async/task_group.hpp"
#include "async/with_deadline.hpp"
#include "base/json.hpp"
#include "realtime/client_event.hpp"
#include "session/session.hpp"

namespace callosum::session {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr int kReconnectTries = 6;
constexpr auto kLasting = 30s;  // longer than a port of ours waits for what it stands on
constexpr auto kFirstBackOff = 200ms;
constexpr std::size_t kMaxHeldEvents = 64;
constexpr std::size_t kMaxHeldBytes = 512 * 1024;
constexpr std::size_t kMostTold = 64;
constexpr std::size_t kLongestItemId = 64;
constexpr std::size_t kLongestForeignId = 32;  // as far as every provider takes them

}  // namespace

/// The end of one: the caller's program must not wait for what will never come.
std::string Session::failed_response(std::string_view response_id) {
  const json::object error{{"type", "server_error"},
                           {"code", "connection_lost"},
                           {"message", "The connection to the voice model was lost."}};
  const json::object details{{"type", "failed"}, {"error", error}};
  const json::object response{
      {"object", "realtime.response"}, {"id", response_id},       {"status", "failed"},
      {"status_details", details},     {"output", json::array{}}, {"usage", nullptr}};
  return json::serialize(json::object{
      {"type", "response.done"}, {"event_id", next_event_id()}, {"response", response}});
}

void Session::lose_model() {
  note_resumption();
  is_connected_ = false;
  if (parts_.catalog->snapshot()->minds_provenance()) {
    auto& due = calls_->facts().due_words;  // another connection writes none of them down
    due.give_up(due.items());
  }
  lost_audio_ += model_->dropped_audio_frames();
  was_busy_when_lost_ = sequencer_.is_busy();
  if (!sequencer_.active_response().empty()) on_reply_ended(false);  // nobody heard its end
  lose_creates();
  // Cut off before their response completed: they never run, and the new model asks again.
  for (const auto& call : waiting_) {
    never_ran_.insert(call.call_id);
    sequencer_.on_output(key_of(call.call_id), true, parts_.time.now());
  }
  waiting_.clear();
  for (auto& call_id : sequencer_.take_callers_calls()) lost_calls_.push_back(std::move(call_id));
  for (auto at = updates_.rbegin(); at != updates_.rend(); ++at) {
    if (at->patch) held_updates_.push_front(std::move(*at));
  }
  updates_.clear();
}

/// What the caller asked for and has seen nothing of is asked for again.
void Session::lose_creates() {
  for (const auto& each : creates_.take_open_out_of_band()) to_caller(failed_response(each));
  goodbye_event_.clear();  // it was one of those
  filler_ = {};
  const std::string active = sequencer_.active_response();
  const bool is_unseen = veil_.is_held(active);
  auto create = active.empty() ? creates_.take_on_its_way() : creates_.take_begun();
  const bool is_wanted = active.empty() ? sequencer_.awaits_created()
                                        : is_unseen && !veil_.has_hidden_output(active) &&
                                              !sequencer_.is_given_up(active);
  const bool is_again = create.is_callers && is_wanted;
  if (!active.empty() && !is_unseen) {
    to_caller(failed_response(active));
  } else if (!active.empty() && !is_again) {
    veil_.drop_response(active, failed_response(active));  // another may take its place
  }
  sequencer_.on_connection_lost(is_again);
  if (is_again) creates_.hold(std::move(create));
  lose_out_of_band();
}

void Session::lose_out_of_band() {
  std::vector<Create> again(creates_.unanswered_out_of_band().begin(),
                            creates_.unanswered_out_of_band().end());
  for (const auto& each : again) {
    const bool waits = std::find(held_for_model_.begin(), held_for_model_.end(), each.text) !=
                       held_for_model_.end();
    if (waits) continue;
    if (!each.text.empty() && wait_for_model(each.text) == Passing::waits) continue;
    creates_.take_out_of_band(each.event_id);
    if (!each.is_callers || !each.text.empty()) continue;  // ours, or told already
    to_caller(realtime::encode_error("server_error", "connection_lost",
                                     "The connection to the voice model was lost before the "
                                     "response had begun.",
                                     "", each.callers_id, next_event_id()));
  }
}

asio::awaitable<bool> Session::find_model_again(Error why) {
  lose_model();
  // A connection that breaks at once, again and again, must not be paid for for ever.
  const bool was_quick = parts_.time.now() - connected_at_ < kLasting;
  if (!was_quick) quick_losses_ = 0;
  const bool is_left = std::exchange(is_leaving_, false);
  // Another list of tools is no loss, however often it is asked for.
  const bool is_reload = std::exchange(is_reloading_, false);
  if (!is_served_) on_source_failed(why);
  SourceSearch search(sources_.size(), {source_, is_reload ? 0 : quick_losses_}, kReconnectTries);
  if (is_hopeless(why)) search.give_up(source_);
  // The port has tried it over and over itself: the others come first.
  if (why.type == ErrorType::timeout) {
    search.count_again(source_);
    search.count_again(source_);
  }
  const auto most_losses = kReconnectTries * static_cast<int>(sources_.size());
  while (quick_losses_ < most_losses && !is_ending_) {
    const auto next = next_source(search);
    if (!next) break;
    const int waits_for = std::max(search.asked(*next) - 1, *next == source_ ? 0 : quick_losses_);
    parts_.log.warn("provider_lost", {{"session_id", id()},
                                      {"provider", context_->provider},
                                      {"attempt", search.asked(*next)},
                                      {"detail", why.detail}});
    // Another one is not waited for.
    const bool is_at_once = (*next != source_ || is_left) && waits_for == 0;
    if (!is_at_once) co_await back_off(waits_for);
    move_to(*next);
    auto opened = co_await open_model();
    if (opened) {
      if (!is_reload) ++quick_losses_;  // until it has lasted
      tell_new_model();
      co_return true;
    }
    why = opened.error();
    on_source_failed(why);
    if (why.type == ErrorType::timeout) search.count_again(*next);
    if (is_hopeless(why)) search.give_up(*next);
  }
  give_up_model(why);
  co_return false;
}

/// Half the pause again by chance, so that a thousand sessions do not come back at once.
asio::awaitable<void> Session::back_off(int times_before) {
  const auto pause = std::min<std::chrono::nanoseconds>(
      std::chrono::nanoseconds(kFirstBackOff) * (1 << std::min(times_before, 5)), 5s);
  const auto jitter = std::chrono::nanoseconds(static_cast<std::int64_t>(
      parts_.random.next_u64() % static_cast<std::uint64_t>(pause.count() / 2)));
  const auto until = async::Deadline::after(parts_.time, pause + jitter);
  co_await async::sleep_until(until);
}

bool Session::is_hopeless(const Error& why) const {
  return why.type == ErrorType::auth || why.type == ErrorType::permanent ||
         !model_->profile().is_networked;
}

void Session::give_up_model(const Error& why) {
  parts_.log.error("provider_gone", {{"session_id", id()},
                                     {"provider", context_->provider},
                                     {"type", to_string(why.type)},
                                     {"message", why.message},
                                     {"detail", why.detail}});
  to_caller(realtime::encode_error("server_error", "provider_unavailable",
                                   "The connection to the voice model was lost.", "", "",
                                   next_event_id()));
  end(1013, "provider_unavailable");
}

/// A new connection is told in text what was said and done and it does not know, then what has
/// waited.
void Session::tell_new_model() {
  if (is_resumed_) {
    take_up_conversation();
  } else {
    history_.forget_kept();
  }
  auto updates = std::exchange(held_updates_, {});
  for (auto& update : updates) send_update(std::move(*update.patch), update.callers_id);
  tell_history();
  tell_pending();
  if (!send_held()) return;  // it is gone already: the next one is told
  if (was_busy_when_lost_ && pending_.empty()) {
    sequencer_.on_output("", false, parts_.time.now());
  }
  was_busy_when_lost_ = false;
  on_list_opened();
  create_when_due();
}

/// Items keep the ids that the caller's program knows them by, and are no news to it. What does not
/// get through is told to the connection after this one.
void Session::tell_history() {
  told_ = RecentIds(kMostTold);
  const auto longest = moves_ > 0 ? kLongestForeignId : kLongestItemId;
  ProductContext told;  // the rest of it is in the instructions
  told.continuity = history_.untold(is_resumed_);
  fit_into(told, told_tokens_);
  for (const auto& line : render_conversation(told.continuity)) {
    const bool is_known = !line.item_id.empty() && line.item_id.size() <= longest &&
                          !veil_.is_hidden_item(line.item_id);
    auto item_id = line.item_id;
    if (!is_known || !told_.insert(item_id)) {  // of several parts, the first has it
      item_id = "item_" + next_event_id();
      veil_.hide_item(item_id);
    }
    model_->send(realtime::encode_text_message(line.role, line.text, next_event_id(), item_id),
                 net::FrameKind::control);
  }
}

/// Else it would hear the wish and call again.
void Session::tell_pending() {
  for (const auto& [key, call] : pending_) {
    if (call.connection == connection_ || call.held) continue;  // it knows its own
    const auto item_id = "item_" + next_event_id();
    veil_.hide_item(item_id);
    const auto news = "The earlier call of " + call.name +
                      " has not ended yet. Its result will be told here. Do not call it again.";
    model_->send(realtime::encode_text_message("system", news, next_event_id(), item_id),
                 net::FrameKind::control);
  }
}

/// False: the connection is gone, and all of it waits for the next one.
bool Session::send_held() {
  for (const auto& event : held_for_model_) {
    if (!model_->send(event, net::FrameKind::control)) return false;
  }
  held_for_model_.clear();
  held_bytes_ = 0;
  history_.stop_waiting();
  return true;
}

/// When a response has been silent for too long.
SteadyTime Session::stalls_at() const {
  const auto patience = source().patience;
  const bool is_awaited = is_connected_ && sequencer_.has_active_response() && !is_leaving_;
  if (!is_awaited || patience.count() == 0 || !model_->profile().is_networked) {
    return SteadyTime::max();
  }
  return heard_at_ + patience;
}

/// A connection that is only half there is lost like one that has ended.
void Session::give_up_stalled() {
  if (parts_.time.now() < stalls_at()) return;
  parts_.log.warn(
      "provider_silent",
      {{"session_id", id()}, {"provider", context_->provider}, {"ms", source().patience.count()}});
  is_leaving_ = true;
  tasks_->spawn_beside("silent model", leave_model(model_));
}

/// Until there is a connection again.
Session::Passing Session::wait_for_model(std::string_view event) {
  const bool fits = held_bytes_ + event.size() <= kMaxHeldBytes;
  if (fits && held_for_model_.size() < kMaxHeldEvents) {
    held_bytes_ += event.size();
    held_for_model_.emplace_back(event);
    return Passing::waits;
  }
  const auto lost = parse_strict(event);
  const auto* object = lost ? lost->if_object() : nullptr;
  const auto event_id = object ? text_at(*object, "event_id") : std::string_view();
  if (event_id.starts_with(event_prefix_)) return Passing::lost;
  to_caller(realtime::encode_error("server_error", "provider_unavailable",
                                   "The voice model is being found again, and too much waits for "
                                   "it: an event was lost.",
                                   "", event_id, next_event_id()));
  return Passing::lost;
}

}  // namespace callosum::session
