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
constexpr auto kLasting = 10s;
constexpr auto kFirstBackOff = 200ms;
constexpr std::size_t kMaxHeldEvents = 64;
constexpr std::size_t kMaxHeldBytes = 512 * 1024;

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
  is_connected_ = false;
  lost_audio_ += model_->dropped_audio_frames();
  was_busy_when_lost_ = sequencer_.is_busy();
  lose_creates();
  // Cut off before their response completed: they never run, and the new model asks again.
  for (const auto& call : waiting_) sequencer_.on_output(call.call_id, true, parts_.time.now());
  waiting_.clear();
  for (auto& call_id : sequencer_.take_callers_calls()) lost_calls_.push_back(std::move(call_id));
  for (auto at = updates_.rbegin(); at != updates_.rend(); ++at) {
    if (at->patch) held_updates_.push_front(std::move(*at));
  }
  updates_.clear();
  history_.mark();
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
  auto pause = std::chrono::nanoseconds(kFirstBackOff) * (1 << std::min(quick_losses_, 5));
  for (int attempt = 1; attempt + quick_losses_ <= kReconnectTries; ++attempt) {
    const bool hopeless = why.type == ErrorType::auth || why.type == ErrorType::permanent;
    if (hopeless || !model_->profile().is_networked || is_ending_) break;
    parts_.log.warn("provider_lost", {{"session_id", id()},
                                      {"provider", context_->provider},
                                      {"attempt", attempt},
                                      {"detail", why.detail}});
    // Half the pause again by chance, so that a thousand sessions do not come back at once.
    const auto jitter = std::chrono::nanoseconds(static_cast<std::int64_t>(
        parts_.random.next_u64() % static_cast<std::uint64_t>(pause.count() / 2)));
    const auto until = async::Deadline::after(parts_.time, pause + jitter);
    co_await async::sleep_until(until);
    pause = std::min<std::chrono::nanoseconds>(pause * 2, 5s);
    auto opened = co_await open_model();
    if (opened) {
      ++quick_losses_;  // until it has lasted
      tell_new_model();
      co_return true;
    }
    why = opened.error();
  }
  parts_.log.error("provider_gone", {{"session_id", id()},
                                     {"provider", context_->provider},
                                     {"type", to_string(why.type)},
                                     {"message", why.message},
                                     {"detail", why.detail}});
  to_caller(realtime::encode_error("server_error", "provider_unavailable",
                                   "The connection to the voice model was lost.", "", "",
                                   next_event_id()));
  end(1013, "provider_unavailable");
  co_return false;
}

/// A new connection knows nothing: it is told in text what was said, and the results it never asked
/// for.
void Session::tell_new_model() {
  auto updates = std::exchange(held_updates_, {});
  for (auto& update : updates) send_update(std::move(*update.patch), update.callers_id);
  auto told = product_;
  told.continuity = history_.continuity(history_.lines_before_mark());
  fit_into(told, context_tokens_);
  for (const auto& line : render_conversation(told.continuity)) tell_model(line.role, line.text);
  for (const auto& result : late_results_) tell_model("system", result);
  const bool owes_results = !late_results_.empty();
  late_results_.clear();
  while (!held_for_model_.empty()) {
    const auto event = std::move(held_for_model_.front());
    held_for_model_.pop_front();
    held_bytes_ -= event.size();
    to_model(event);
  }
  if ((was_busy_when_lost_ && pending_.empty()) || owes_results) {
    sequencer_.on_output("", false, parts_.time.now());
  }
  was_busy_when_lost_ = false;
  create_when_due();
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
  const bool is_callers = !event_id.starts_with(event_prefix_);
  to_caller(realtime::encode_error("server_error", "provider_unavailable",
                                   "The voice model is being found again, and too much waits for "
                                   "it: an event was lost.",
                                   "", is_callers ? event_id : "", next_event_id()));
  return Passing::lost;
}

}  // namespace callosum::session
