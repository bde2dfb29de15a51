// A provider ends every session after an hour. The connection is replaced before, while nobody
// speaks and nothing runs, instead of being lost in the middle of a word.
#include <algorithm>

#include "async/task_group.hpp"
#include "async/with_deadline.hpp"
#include "session/session.hpp"

namespace callosum::session {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kLookEvery = 250ms;  // for an idle moment, once little time is left
constexpr auto kRenewPause = 5s;    // after one that came to nothing

}  // namespace

/// A connection that begins now and lasts so long.
void Session::expect_cap(std::chrono::nanoseconds left) {
  wants_new_model_ = false;
  cap_at_ = parts_.time.now() + left;
  cap_warning_at_ = cap_at_ - std::min<std::chrono::nanoseconds>(kCapWarning, left / 4);
  look_again();
}

/// The provider's own word for it, where it is sooner than what is known of it.
void Session::on_expiry_told(std::int64_t expires_at_s) {
  if (expires_at_s <= 0) return;
  const auto left = std::chrono::seconds(expires_at_s - epoch_s(parts_.time.wall_now()));
  // Less than the warning: its clock or ours is wrong.
  if (left <= kCapWarning || left >= session_cap()) return;
  expect_cap(left);
}

/// Of a connection, as the operator knows it or the provider is known for.
std::chrono::seconds Session::session_cap() const {
  return source().cap.count() > 0 ? source().cap : model_->profile().session_cap;
}

/// So much is left: two thirds of it for an idle moment, the rest for one between two turns.
void Session::on_cap_near(std::chrono::nanoseconds left) {
  cap_warning_at_ = SteadyTime::max();
  hurries_at_ = parts_.time.now() + left * 2 / 3;
  wants_new_model_ = model_->profile().is_networked;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  parts_.log.info(
      "provider_session_cap",
      {{"session_id", id()}, {"provider", context_->provider}, {"seconds_left", seconds.count()}});
}

SteadyTime Session::next_renewal_look() const {
  if (!wants_new_model_ || is_renewing_) return SteadyTime::max();
  const auto now = parts_.time.now();
  const auto next = std::max(now + kLookEvery, renewal_not_before_);
  return now < hurries_at_ ? std::min(next, hurries_at_) : next;
}

bool Session::is_idle() const {
  const bool awaits_update = std::any_of(updates_.begin(), updates_.end(),
                                         [](const SentUpdate& sent) { return !!sent.patch; });
  const bool has_said_something = has_uncommitted_audio_ && view_.is_push_to_talk();
  return is_connected_ && !is_ending_ && state_.is_active() && pending_.empty() &&
         waiting_.empty() && !awaits_update && !state_.pending_end_voice_session() &&
         !creates_.has_open_out_of_band() && !has_said_something &&
         sequencer_.is_quiet(parts_.time.now());
}

/// Nobody speaks and nothing is due. Calls may run: the next connection is told what they come to.
bool Session::is_between_turns() const {
  return is_connected_ && !is_ending_ && state_.is_active() && waiting_.empty() &&
         held_updates_.empty() && !state_.pending_end_voice_session() &&
         !creates_.has_open_out_of_band() && !(has_uncommitted_audio_ && view_.is_push_to_talk()) &&
         sequencer_.is_between_turns(parts_.time.now());
}

bool Session::is_time_to_renew() const {
  return is_idle() || (parts_.time.now() >= hurries_at_ && is_between_turns());
}

void Session::renew_when_idle() {
  if (!wants_new_model_ || is_renewing_ || is_leaving_ || !is_time_to_renew()) return;
  if (parts_.time.now() < renewal_not_before_) return;
  note_resumption();
  if (!resumption_.empty()) {
    // Who goes on from there must not be there twice.
    is_leaving_ = true;
    wants_new_model_ = false;
    tasks_->spawn_beside("renewal", leave_model(model_));
    return;
  }
  is_renewing_ = true;
  tasks_->spawn_beside("renewal", renew_model());
}

/// It is lost then, and found again at once.
asio::awaitable<void> Session::leave_model(std::shared_ptr<realtime::ModelPort> model) {
  const auto soon = async::Deadline::after(parts_.time, kOldGoodbye);
  co_await model->close(soon);
}

/// The new connection is there before the old one goes; where somebody has begun to speak or to
/// change the session meanwhile, the old one stays and the next idle moment is waited for.
asio::awaitable<void> Session::renew_model() {
  const auto replaced = connection_;
  const auto updates = updates_seen_;
  std::shared_ptr<realtime::ModelPort> next = source().make();
  const auto deadline = async::Deadline::after(parts_.time, kOpenTimeout);
  const auto listed = source().offer;
  auto opening = next->open(view_.opening(), deadline);
  const auto opened = co_await async::with_deadline(deadline, std::move(opening));
  is_renewing_ = false;
  renewal_not_before_ = parts_.time.now() + kRenewPause;
  wake_->set();  // the timekeeper, who looks for the next idle moment
  const bool fits = connection_ == replaced && updates_seen_ == updates && is_time_to_renew();
  if (opened && fits) {
    lose_model();
    std::swap(model_, next);
    is_served_ = is_resumed_ = false;
    listed_ = listed;
    begin_connection();
    parts_.log.info("provider_renewed", {{"session_id", id()}, {"provider", context_->provider}});
    tell_new_model();
  } else if (!opened) {
    parts_.log.warn("provider_renewal_failed", {{"session_id", id()},
                                                {"provider", context_->provider},
                                                {"message", opened.error().message},
                                                {"detail", opened.error().detail}});
    co_return;
  }
  const auto soon = async::Deadline::after(parts_.time, kOldGoodbye);
  co_await next->close(soon);
}

}  // namespace callosum::session
