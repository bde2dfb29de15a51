#include "session/session.hpp"

#include <boost/asio/this_coro.hpp>

#include "async/task_group.hpp"
#include "async/with_deadline.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "realtime/client_event.hpp"

namespace callosum::session {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr int kReconnectTries = 6;
constexpr auto kLasting = 10s;
constexpr auto kStopPatience = 5s;
constexpr std::string_view kOpenId = "evt_callosum_open";  // as ports name their opening
constexpr auto kFirstBackOff = 200ms;
constexpr std::size_t kMaxHeldEvents = 64;
constexpr std::size_t kMaxHeldBytes = 512 * 1024;

}  // namespace

Session::Session(SessionParts parts, SessionStart start, std::unique_ptr<CallerLink> caller)
    : parts_(std::move(parts)),
      context_(std::make_shared<const registry::CallContext>(std::move(start.context))),
      preset_(std::move(start.preset)),
      wants_timeline_(start.wants_timeline),
      caller_(std::move(caller)),
      calls_(std::make_shared<policy::SessionCalls>()),
      offer_(std::move(start.offer)),
      view_(std::move(start.instructions), offer_, start.voice),
      state_(context_->channel),
      event_prefix_("evt_" + make_id("", parts_.random).substr(0, 12) + "_") {}

Session::~Session() {
  for (const auto& [call_id, call] : pending_) parts_.executor.forget(call.ticket);
}

std::string Session::next_event_id() { return event_prefix_ + std::to_string(next_event_++); }

asio::awaitable<Result<void>> Session::open_model() {
  model_ = parts_.make_model();
  change_context([this](auto& context) { context.provider = model_->profile().provider; });
  const auto deadline = async::Deadline::after(parts_.time, kOpenTimeout);
  auto opening = model_->open(view_.opening(), deadline);
  auto opened = co_await async::with_deadline(deadline, std::move(opening));
  if (!opened) co_return opened.error();
  begin_connection();
  co_return Result<void>{};
}

void Session::begin_connection() {
  if (++connection_ > 1) parts_.metrics.provider_reconnects(context_->provider).add();
  updates_.clear();
  updates_.push_back({std::string(kOpenId), "", std::nullopt});
  connected_at_ = parts_.time.now();
  has_reopened_plain_ = false;
  is_connected_ = true;
  has_uncommitted_audio_ = false;
  expect_cap(model_->profile().session_cap);
}

asio::awaitable<void> Session::run() {
  const auto executor = co_await asio::this_coro::executor;
  wake_ = std::make_unique<async::Event>(executor);
  if (!preset_.empty()) {
    preset_["type"] = "realtime";
    if (view_.admit(preset_)) view_.commit(preset_);
    preset_ = {};
  }
  auto opened = co_await open_model();
  if (!opened) {
    const auto& error = opened.error();
    parts_.log.error("provider_unreachable", {{"session_id", id()},
                                              {"provider", context_->provider},
                                              {"type", to_string(error.type)},
                                              {"message", error.message},
                                              {"detail", error.detail}});
    to_caller(realtime::encode_error("server_error", "provider_unavailable",
                                     "The voice model cannot be reached right now.", "", "",
                                     next_event_id()));
    const auto soon = async::Deadline::after(parts_.time, 2s);
    co_await caller_->close(1013, "provider_unavailable", soon);
    co_return;
  }

  async::TaskGroup tasks(executor, parts_.time);
  tasks_ = &tasks;
  tasks.spawn("caller", pump_caller());
  tasks.spawn("model", pump_model());
  tasks.spawn("time", keep_time());
  co_await tasks.wait_any();  // either side hanging up ends the conversation
  tasks.cancel();
  co_await tasks.join();

  count_dropped();
  state_.end();
  for (const auto& [call_id, call] : pending_) parts_.executor.forget(call.ticket);
  pending_.clear();
  const auto soon = async::Deadline::after(parts_.time, 2s);
  co_await model_->close(soon);
  co_await caller_->close(end_code_, end_reason_, soon);
}

void Session::end(std::uint16_t code, std::string reason) {
  if (is_ending_) return;
  is_ending_ = true;
  end_code_ = code;
  end_reason_ = std::move(reason);
  state_.end();
  wake_->set();
}

void Session::stop() {
  if (!wake_ || is_stopping_) return;
  is_stopping_ = true;
  stop_by_ = parts_.time.now() + kStopPatience;
  stop_when_answered();
  if (!is_ending_) wake_->set();  // the timekeeper, who has not heard of `stop_by_`
}

/// Every accepted call is answered before the goodbye, within reason.
void Session::stop_when_answered() {
  if (!is_stopping_) return;
  const bool answered = pending_.empty() && waiting_.empty();
  if (answered || parts_.time.now() >= stop_by_) end(1001, "the gateway is shutting down");
}

asio::awaitable<void> Session::pump_caller() {
  const auto never = async::Deadline::none(parts_.time);  // the conversation's own end bounds it
  while (true) {
    const auto frame = co_await caller_->next(never);
    if (!frame) co_return;
    on_caller_frame(*frame);
  }
}

asio::awaitable<void> Session::pump_model() {
  const auto never = async::Deadline::none(parts_.time);  // likewise
  auto model = model_;
  while (true) {
    const auto frame = co_await model->next(never);
    if (model != model_) {
      model = model_;  // another has taken its place
      continue;
    }
    if (frame) {
      on_model_frame(*frame);
      continue;
    }
    const auto why = frame.error();
    const bool found = co_await find_model_again(why);
    if (!found) co_return;
    model = model_;
  }
}

asio::awaitable<void> Session::keep_time() {
  while (!is_ending_) {
    wake_->reset();
    looks_at_ = std::min({cap_warning_at_, next_renewal_look(), stop_by_,
                          sequencer_.next_look().value_or(SteadyTime::max())});
    const auto deadline = async::Deadline::at(parts_.time, looks_at_);
    co_await wake_->wait(deadline);
    if (parts_.time.now() >= cap_warning_at_) on_cap_near();
    create_when_due();
    renew_when_idle();
    stop_when_answered();
  }
}

/// Something may be due sooner than the timekeeper thinks; waking it costs more than asking.
void Session::look_again() {
  const auto next = sequencer_.next_look();
  if (std::min(cap_warning_at_, next.value_or(SteadyTime::max())) < looks_at_) wake_->set();
}

void Session::change_context(const std::function<void(registry::CallContext&)>& change) {
  auto copy = std::make_shared<registry::CallContext>(*context_);
  change(*copy);
  context_ = std::move(copy);
}

void Session::lose_model() {
  is_connected_ = false;
  lost_audio_ += model_->dropped_audio_frames();
  // The caller's program must not wait for a response that will never end.
  if (sequencer_.has_active_response() && !sequencer_.active_response().empty() &&
      !veil_.is_held(sequencer_.active_response())) {
    const json::object error{{"type", "server_error"},
                             {"code", "connection_lost"},
                             {"message", "The connection to the voice model was lost."}};
    const json::object details{{"type", "failed"}, {"error", error}};
    const json::object response{{"object", "realtime.response"},
                                {"id", sequencer_.active_response()},
                                {"status", "failed"},
                                {"status_details", details},
                                {"output", json::array{}},
                                {"usage", nullptr}};
    to_caller(json::serialize(json::object{
        {"type", "response.done"}, {"event_id", next_event_id()}, {"response", response}}));
  }
  was_busy_when_lost_ = sequencer_.is_busy();
  sequencer_.on_connection_lost();
  // Cut off before their response completed: they never run, and the new model asks again.
  for (const auto& call : waiting_) sequencer_.on_output(call.call_id, true, parts_.time.now());
  waiting_.clear();
  for (auto& call_id : sequencer_.take_callers_calls()) lost_calls_.push_back(std::move(call_id));
  for (auto at = updates_.rbegin(); at != updates_.rend(); ++at) {
    if (at->patch) held_updates_.push_front(std::move(*at));
  }
  updates_.clear();
  create_ = {};
  history_.mark();
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
  for (std::size_t i = 0; i < history_.lines_before_mark(); ++i) {
    tell_model(history_.lines()[i].role, history_.lines()[i].text);
  }
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

/// A message of ours in the conversation, which the caller's program does not see.
void Session::tell_model(std::string_view role, std::string_view text) {
  const auto item_id = "item_" + next_event_id();
  veil_.hide_item(item_id);
  to_model(realtime::encode_text_message(role, text, next_event_id(), item_id));
}

bool Session::to_model(std::string_view event, net::FrameKind kind) {
  if (is_connected_ && model_->send(event, kind)) return true;
  if (kind == net::FrameKind::audio) {
    ++lost_audio_;
    return false;
  }
  const bool fits = held_bytes_ + event.size() <= kMaxHeldBytes;
  if (fits && held_for_model_.size() < kMaxHeldEvents) {
    held_bytes_ += event.size();
    held_for_model_.emplace_back(event);
    return false;
  }
  to_caller(realtime::encode_error("server_error", "provider_unavailable",
                                   "The voice model is being found again, and too much waits for "
                                   "it: an event was lost.",
                                   "", "", next_event_id()));
  return false;
}

void Session::to_caller(std::string_view event, net::FrameKind kind) { caller_->send(event, kind); }

/// What slow readers have lost since the last time.
void Session::count_dropped() {
  const auto count = [this](const char* direction, std::uint64_t lost, std::uint64_t& counted) {
    if (lost <= counted) return;
    parts_.metrics.audio_frames_dropped(direction).add(static_cast<double>(lost - counted));
    counted = lost;
  };
  count("to_caller", caller_->dropped_audio_frames(), counted_to_caller_);
  const auto by_this_one = is_connected_ ? model_->dropped_audio_frames() : 0;
  count("to_provider", lost_audio_ + by_this_one, counted_to_model_);
}

}  // namespace callosum::session
