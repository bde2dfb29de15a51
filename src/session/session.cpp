#include "session/session.hpp"

#include <boost/asio/this_coro.hpp>

#include "async/task_group.hpp"
#include "async/with_deadline.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "realtime/client_event.hpp"
#include "session/load_book.hpp"

namespace callosum::session {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kStopPatience = 5s;
constexpr std::chrono::seconds kShortGoodbye{2};           // while the gateway goes down
constexpr std::string_view kOpenId = "evt_callosum_open";  // as ports name their opening

}  // namespace

Session::Session(SessionParts parts, SessionStart start, std::unique_ptr<CallerLink> caller)
    : parts_(std::move(parts)),
      context_(std::make_shared<const registry::CallContext>(std::move(start.context))),
      told_tokens_(tokens_left(start.product, start.context_tokens)),
      preset_(std::move(start.preset)),
      greeting_(std::move(start.greeting)),
      wants_timeline_(start.wants_timeline),
      wants_tools_(start.wants_tools),
      resumed_(start.resumed),
      in_book_(std::move(start.in_book)),
      before_(std::move(start.before)),
      caller_(std::move(caller)),
      calls_(std::make_shared<policy::SessionCalls>()),
      sources_(std::move(start.models)),
      view_(render_instructions(start.product), sources_.front()),
      state_(context_->channel),
      sequencer_(start.max_follow_ups),
      event_prefix_("evt_" + make_id("", parts_.random).substr(0, 12) + "_"),
      silence_(std::move(start.silence)) {
  wanted_ = context_->loaded;
  if (wanted_) view_.reserve(parts_.catalog->snapshot());
  if (!start.untrusted.empty()) restore_untrusted(start.untrusted, calls_->facts().untrusted);
  if (!start.answered_calls.empty()) {
    restore_answered(start.answered_calls, calls_->facts().answered);
  }
  restore_questions(std::move(start.questions));
  if (!start.looked_up.empty()) calls_->facts().seen.add_result(start.looked_up);
}

Session::~Session() {
  for (const auto& [key, call] : pending_) parts_.executor.forget(call.ticket);
  if (connection_ > 0 || in_book_) note(storage::SessionState::ended);
  // Calls that outlive it agree to nothing that its next connection may be answered.
  if (auto* questions = calls_->questions()) questions->give_up();
}

std::string Session::next_event_id() { return event_prefix_ + std::to_string(next_event_++); }

asio::awaitable<Result<void>> Session::open_model() {
  model_ = source().make();
  change_context([this](auto& context) {
    const auto& profile = model_->profile();
    context.provider = source().name.empty() ? profile.provider : source().name;
    context.has_stable_call_ids = profile.has_stable_call_ids;
  });
  if (source().breaker) source().breaker->on_asked(parts_.time.now());
  is_served_ = false;
  const auto patience = sources_.size() > 1 ? kShortOpenTimeout : kOpenTimeout;
  const auto deadline = async::Deadline::after(parts_.time, patience);
  auto with = view_.opening();
  listed_ = source().offer;
  with.resumption = resumption_;
  auto opening = model_->open(std::move(with), deadline);
  auto opened = co_await async::with_deadline(deadline, std::move(opening));
  is_resumed_ = opened && !resumption_.empty() && model_->has_resumed();
  if (!opened && forget_resumption(opened.error())) co_return co_await open_model();
  if (!opened) co_return opened.error();
  begin_connection();
  co_return Result<void>{};
}

/// Whoever knows nothing of earlier connections names responses as if there had been none.
void Session::begin_anew() {
  if (++conversations_ == 1) return;
  completed_ = cut_off_ = RecentIds(16);
  veil_.forget_calls();
}

void Session::begin_connection() {
  if (!is_resumed_) begin_anew();
  if (++connection_ > 1) {
    parts_.metrics.provider_reconnects(context_->provider).add();
  } else {
    parts_.metrics
        .sessions_started(context_->provider, to_string(context_->reply_path),
                          to_string(context_->tool_ownership))
        .add();
    note(storage::SessionState::live);
  }
  updates_.clear();
  updates_.push_back({std::string(kOpenId), "", std::nullopt, nullptr});
  connected_at_ = parts_.time.now();
  has_reopened_plain_ = false;
  is_connected_ = true;
  has_uncommitted_audio_ = false;
  heard_at_ = connected_at_;
  expect_cap(session_cap());
  note_failover();
}

asio::awaitable<void> Session::run() {
  const auto executor = co_await asio::this_coro::executor;
  wake_ = std::make_unique<async::Event>(executor);
  if (!preset_.empty()) {
    preset_["type"] = "realtime";
    if (view_.admit(preset_)) view_.commit(preset_);
    preset_ = {};
  }
  auto opened = co_await open_first_model();
  if (!opened) co_return co_await refuse_caller(opened.error());

  moved_at_ = parts_.time.now();
  async::TaskGroup tasks(executor, parts_.time);
  tasks_ = &tasks;
  take_loaded();  // what has changed since this was planned
  on_list_opened();
  tell_before(std::exchange(before_, {}));
  tell_open_questions();
  tasks.spawn("caller", pump_caller());
  tasks.spawn("model", pump_model());
  tasks.spawn("time", keep_time());
  co_await tasks.wait_any();  // either side hanging up ends the conversation
  tasks.cancel();
  co_await tasks.join();
  tasks_ = nullptr;

  count_dropped();
  state_.end();
  answer_unfinished();
  const auto soon = async::Deadline::after(parts_.time, 2s);
  co_await model_->close(soon);
  const auto patience = is_stopping_ ? kShortGoodbye : caller_->farewell();
  const auto until = async::Deadline::after(parts_.time, patience);
  co_await caller_->close(end_code_, end_reason_, until);
}

asio::awaitable<void> Session::refuse_caller(Error why) {
  parts_.log.error("provider_unreachable", {{"session_id", id()},
                                            {"provider", context_->provider},
                                            {"type", to_string(why.type)},
                                            {"message", why.message},
                                            {"detail", why.detail}});
  to_caller(realtime::encode_error("server_error", "provider_unavailable",
                                   "The voice model cannot be reached right now.", "", "",
                                   next_event_id()));
  const auto soon = async::Deadline::after(parts_.time, 2s);
  co_await caller_->close(1013, "provider_unavailable", soon);
}

/// For whoever is not part of the conversation. The provider's id is a stranger's text.
void Session::note(storage::SessionState state, std::string_view provider_session_id) {
  constexpr std::size_t kLongestId = 256;
  if (!parts_.records) return;
  storage::RealtimeSession session;
  session.id = id();
  if (provider_session_id.size() <= kLongestId) session.provider_session_id = provider_session_id;
  session.tenant_id = context_->tenant_id;
  session.subject = context_->subject;
  session.channel = to_string(context_->channel);
  session.provider = context_->provider;
  if (context_->snapshot) session.registry_version = context_->snapshot->version();
  session.reply_path = to_string(context_->reply_path);
  session.tool_ownership = to_string(context_->tool_ownership);
  session.pack = context_->pack;
  session.resumed = resumed_;
  // What it goes on with is what was last agreed upon, be it in force here already or not.
  const auto agreed = parts_.loading ? parts_.loading->current(session.id) : nullptr;
  if (const auto& set = agreed ? agreed : context_->loaded) write_loaded(session, *set);
  session.is_over = state_.is_over();
  const auto* questions = calls_->questions();
  if (questions && !session.is_over) session.open_questions = encode_questions(questions->heard());
  if (const auto* text = calls_->untrusted_so_far()) session.untrusted = encode_untrusted(*text);
  if (const auto* made = calls_->answered_so_far()) session.answered_calls = encode_answered(*made);
  session.state = state;
  session.created_at_ms = epoch_ms(parts_.time.wall_now());
  if (state == storage::SessionState::ended) {
    session.ended_at_ms = session.created_at_ms;
    session.close_code = close_code();
  }
  parts_.records->note(std::move(session));
}

void Session::end(std::uint16_t code, std::string reason) {
  if (is_ending_) return;
  is_ending_ = true;
  end_code_ = code;
  end_reason_ = std::move(reason);
  state_.end();
  wake_->set();
}

void Session::hand_over() {
  if (wake_) end(4409, "another connection goes on with this session");
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
    const bool is_sound = frame->type == realtime::EventType::input_audio_buffer_append;
    if (!is_sound) moved_at_ = parts_.time.now();
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
    heard_at_ = parts_.time.now();
    if (frame && frame->type != realtime::EventType::unknown) moved_at_ = heard_at_;
    if (frame) on_model_frame(*frame);
    if (frame && !refused_) continue;
    const auto why = frame ? std::exchange(refused_, std::nullopt).value() : frame.error();
    if (frame) {
      const auto soon = async::Deadline::after(parts_.time, kOldGoodbye);
      co_await model->close(soon);
    }
    const bool found = co_await find_model_again(why);
    if (!found) co_return;
    model = model_;
  }
}

asio::awaitable<void> Session::keep_time() {
  while (!is_ending_) {
    wake_->reset();
    looks_at_ =
        std::min({cap_warning_at_, next_renewal_look(), stop_by_, next_pace_look(),
                  next_silence_look(), load_until_, next_reload_look(), stalls_at(), put_heard_at_,
                  ends_at_, sequencer_.next_look().value_or(SteadyTime::max())});
    const auto deadline = async::Deadline::at(parts_.time, looks_at_);
    co_await wake_->wait(deadline);
    if (parts_.time.now() >= cap_warning_at_) on_cap_near(cap_at_ - parts_.time.now());
    give_up_stalled();
    give_up_waiting_for_list();
    reload_when_due();
    look_at_questions();
    if (parts_.time.now() >= ends_at_) ends_at_ = SteadyTime::max();
    keep_pace();
    keep_silence();
    create_when_due();
    renew_when_idle();
    stop_when_answered();
  }
}

/// Something may be due sooner than the timekeeper thinks; waking it costs more than asking.
void Session::look_again() {
  const auto next = sequencer_.next_look().value_or(SteadyTime::max());
  if (std::min({cap_warning_at_, next_pace_look(), stalls_at(), ends_at_, next}) < looks_at_)
    wake_->set();
}

void Session::change_context(const std::function<void(registry::CallContext&)>& change) {
  auto copy = std::make_shared<registry::CallContext>(*context_);
  change(*copy);
  context_ = std::move(copy);
}

/// A message of ours in the conversation, which the caller's program does not see.
Session::Passing Session::tell_model(std::string_view role, std::string_view text) {
  const auto item_id = "item_" + next_event_id();
  veil_.hide_item(item_id);
  return to_model(realtime::encode_text_message(role, text, next_event_id(), item_id));
}

/// The same, for every connection to come as well.
void Session::add_and_tell(std::string_view role, std::string_view text) {
  history_.add(role, text);
  if (tell_model(role, text) == Passing::waits) history_.wait_last();
}

Session::Passing Session::to_model(std::string_view event, net::FrameKind kind) {
  if (is_connected_ && model_->send(event, kind)) return Passing::sent;
  if (kind != net::FrameKind::audio) return wait_for_model(event);
  ++lost_audio_;
  return Passing::lost;
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
