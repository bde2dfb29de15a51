#include "channel/twilio/phone_link.hpp"

#include <atomic>
#include <optional>

#include "realtime/event_type.hpp"

namespace callosum::channel::twilio {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kLook = 100ms;  // without a word from the phone
constexpr auto kLeastWait = 1ms;
constexpr auto kKeepEvery = 500ms;  // what a crash may lose of the record
constexpr auto kMostFarewell = 30s;
constexpr auto kWireGoodbye = 500ms;  // of it, for the close itself
constexpr auto kLateMarks = 1s;       // after the last word, by the clock
constexpr std::string_view kTransferred = "transferred";

/// A line's part of the budget for what waits to be played.
class PlayoutShare final : public net::QueueMember {
 public:
  explicit PlayoutShare(std::shared_ptr<net::QueueBudget> budget) : budget_(std::move(budget)) {
    share_.emplace();
    if (budget_) share_->join(budget_, *this);
  }
  ~PlayoutShare() override {
    share_.reset();  // from here on nobody asks
    if (is_asked_) budget_->has_shed();
  }
  PlayoutShare(const PlayoutShare&) = delete;
  PlayoutShare& operator=(const PlayoutShare&) = delete;

  void shed_soon() override { is_asked_ = true; }
  void set(std::size_t bytes) {
    share_->set(bytes);
    if (std::exchange(is_shedding_, false)) budget_->has_shed();
  }
  /// Somebody wants memory back: once what is left has been `set`, it has been given.
  bool take_request() { return is_shedding_ = is_asked_.exchange(false); }

 private:
  std::shared_ptr<net::QueueBudget> budget_;
  std::optional<net::QueueShare> share_;
  std::atomic<bool> is_asked_{false};
  bool is_shedding_ = false;
};

class PhoneLink final : public session::CallerLink {
 public:
  explicit PhoneLink(PhoneLinkParts parts)
      : time_(parts.time),
        connection_(std::move(parts.connection)),
        keep_(std::move(parts.keep)),
        on_ended_(std::move(parts.on_ended)),
        record_(std::move(parts.before), time_.wall_now(), parts.keeps_words),
        dialect_(*parts.opening.dialect),
        stream_(parts.opening.stream),
        line_(std::move(parts.opening), record_, time_,
              [this](std::string_view text, net::FrameKind kind) {
                return connection_->send(text, kind);
              }),
        transfers_(std::move(parts.transfers)),
        share_(std::move(parts.budget)),
        ends_at_(time_.now() + parts.longest) {
    keep_now();
  }
  ~PhoneLink() override {
    write_end(is_gone_ ? "caller_hung_up" : "failed", false);
    keep_now();
  }

  asio::awaitable<Result<realtime::ClientFrame>> next(async::Deadline deadline) override {
    while (true) {
      line_.keep_time();
      charge();
      keep_when_due();
      if (auto event = line_.take_event()) {
        event_ = std::move(*event);
        co_return realtime::ClientFrame{realtime::peek_type(event_), event_};
      }
      if (deadline.passed()) co_return fail(ErrorType::timeout, "the phone says nothing");
      // The phone's own frames come every 20 ms: to send with them would be late by as much.
      const auto due = std::max(line_.playout().next_due(), time_.now() + kLeastWait);
      const auto soon = deadline.within(kLook).sooner(due);
      auto listening = listen(soon);
      const auto heard = co_await std::move(listening);
      if (!heard) co_return heard.error();
    }
  }

  bool send(std::string_view server_event, net::FrameKind) override {
    const bool is_there = line_.on_server_event(server_event);
    charge();
    return is_there;
  }
  void transfer_to(std::string_view destination) override {
    if (destination.empty()) transfer_to_.clear();
    if (!transfers_) return;
    const auto at = transfers_->find(destination);
    if (at != transfers_->end()) transfer_to_ = at->second;
  }
  void press(std::string_view digits) override {
    line_.press(digits);
    charge();
  }
  std::chrono::seconds farewell() const override { return kMostFarewell; }

  /// What was said last is heard to its end, however soon the session would have closed.
  asio::awaitable<void> close(std::uint16_t code, std::string reason,
                              async::Deadline deadline) override {
    const bool is_farewell = code == 1000 && !is_gone_ && !is_broken_;
    if (is_farewell) {
      const auto last = deadline.sooner(deadline.at() - kWireGoodbye).within(kMostFarewell);
      auto playing = play_out(last);
      co_await std::move(playing);
    }
    const bool is_done = is_farewell && !is_gone_;
    const bool is_silent = is_done && reason == session::kNobodySpeaks;
    const auto* outcome = is_gone_       ? "caller_hung_up"
                          : is_silent    ? "silent"
                          : is_done      ? "completed"
                          : is_too_long_ ? "too_long"
                                         : "failed";
    if (is_broken_ && !is_too_long_) code = 1008;
    // Before the carrier can ask what comes next.
    write_end(is_done && !transfer_to_.empty() ? kTransferred : outcome, is_done || is_too_long_);
    keep_now();
    const auto soon = deadline.within(2s);
    auto closing = connection_->close(code, std::move(reason), soon);
    co_await std::move(closing);
  }

  std::uint64_t dropped_audio_frames() const override {
    return connection_->dropped_audio_frames() + line_.playout().dropped_pieces();
  }
  std::uint16_t close_code() const override {
    return connection_->close_info() ? connection_->close_info()->code : 0;
  }

 private:
  /// One message, or nothing by the deadline; an error ends the call.
  asio::awaitable<Result<void>> listen(async::Deadline deadline) {
    if (time_.now() >= ends_at_) {
      is_too_long_ = is_broken_ = true;
      co_return fail(ErrorType::permanent, "the call has lasted as long as calls may");
    }
    auto reading = connection_->read(deadline);
    const auto message = co_await std::move(reading);
    if (!message && message.error().type == ErrorType::timeout) co_return Result<void>{};
    if (!message) {
      is_gone_ = true;
      co_return message.error();
    }
    auto taken = take(*message);
    if (!taken && !is_gone_) is_broken_ = true;
    co_return taken;
  }

  Result<void> take(const net::WsMessage& message) {
    if (message.is_binary) return fail(ErrorType::validation, "the stream is of text");
    const auto decoded = decode_media(dialect_, message.data);
    if (!decoded) return decoded.error();
    is_gone_ = decoded->event == MediaEvent::stop &&
               (decoded->stream == stream_ || decoded->stream.empty());
    return line_.on_message(*decoded);
  }

  asio::awaitable<void> play_out(async::Deadline deadline) {
    while (!deadline.passed()) {
      line_.keep_time();
      charge();
      while (line_.take_event()) {  // nobody listens any more
      }
      const auto now = time_.now();
      const auto& playout = line_.playout();
      const bool is_heard = playout.is_silent(now) && (playout.has_no_marks_out() ||
                                                       now >= playout.plays_until() + kLateMarks);
      if (is_heard) co_return;
      auto listening = listen(deadline.within(kLook));
      const auto heard = co_await std::move(listening);
      if (!heard) co_return;
    }
  }

  /// What waits to be played is in memory as what a slow reader is sent.
  void charge() {
    if (share_.take_request()) line_.shed();
    share_.set(line_.playout().queued_bytes());
  }

  /// Once.
  void write_end(std::string_view outcome, bool is_conversed_out) {
    if (record_.has_ended()) return;
    auto said = record_.said_by_caller();  // before it may be forgotten
    if (outcome == kTransferred) {
      record_.transferred(transfer_to_, time_.wall_now());
    } else {
      record_.ended(outcome, is_conversed_out, time_.wall_now());
    }
    keep_now();
    if (on_ended_) on_ended_({record_.take(), std::move(said)});
  }
  void keep_when_due() {
    if (record_.is_dirty() && time_.now() >= kept_at_ + kKeepEvery) keep_now();
  }
  void keep_now() {
    if (!record_.is_dirty()) return;
    kept_at_ = time_.now();
    keep_(record_.take());
  }

  async::TimeSource& time_;
  std::unique_ptr<net::WsConnection> connection_;
  std::function<void(storage::CallRecord)> keep_;
  std::function<void(EndedCall)> on_ended_;
  CallRecorder record_;
  const Dialect& dialect_;
  const std::string stream_;
  PhoneLine line_;
  std::string event_;  // the one that was handed out
  const std::shared_ptr<const registry::Destinations> transfers_;
  std::string transfer_to_;  // a number, once the conversation has ended as it should
  PlayoutShare share_;
  SteadyTime ends_at_;
  SteadyTime kept_at_{};
  bool is_gone_ = false;    // the caller's side has ended it
  bool is_broken_ = false;  // it says what no carrier says, or has to end
  bool is_too_long_ = false;
};

}  // namespace

std::unique_ptr<session::CallerLink> make_phone_link(PhoneLinkParts parts) {
  return std::make_unique<PhoneLink>(std::move(parts));
}

}  // namespace callosum::channel::twilio
