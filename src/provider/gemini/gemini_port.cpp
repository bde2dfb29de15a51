#include "provider/gemini/gemini_port.hpp"

#include "async/with_deadline.hpp"
#include "provider/gemini/address.hpp"
#include "provider/gemini/profile.hpp"
#include "provider/gemini/wire.hpp"

namespace callosum::provider::gemini {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kSetupTimeout = 60s;    // setupComplete comes late under load, and must come once
constexpr auto kConnectTimeout = 10s;  // of a connection that takes another's place
constexpr auto kGoodbye = 2s;          // a session is not taken up while it is still open (§7)

class GeminiPort final : public realtime::ModelPort {
 public:
  GeminiPort(GeminiOptions options, async::TimeSource& time, Random& random)
      : options_(std::move(options)),
        time_(time),
        profile_(profile_of(options_.cloud.model)),
        wire_(options_.cloud.model, random) {
    const auto& refused = options_.no_context_update;
    if (refused && *refused) wire_.forget_context_update();
  }

  const realtime::ProviderProfile& profile() const override { return profile_; }

  asio::awaitable<Result<void>> open(realtime::SessionOpening opening,
                                     async::Deadline deadline) override {
    const bool resumes = !opening.resumption.empty();
    wire_.open(opening, "evt_callosum_open");
    auto connecting = connect(deadline);
    auto connected = co_await std::move(connecting);
    if (!connected) co_return connected.error();
    if (!flush()) co_return lost();
    if (!resumes) co_return Result<void>{};
    // Whether it is taken up must be known before anything is told again.
    auto waiting = await_setup(deadline);
    const auto ready = co_await std::move(waiting);
    if (ready) co_return Result<void>{};
    connection_->abort();
    auto again = connect(deadline);
    connected = co_await std::move(again);
    if (!connected) co_return connected.error();
    wire_.reconnect(false);
    if (!flush()) co_return lost();
    co_return Result<void>{};
  }

  asio::awaitable<Result<realtime::ServerFrame>> next(async::Deadline deadline) override {
    if (!connection_) co_return fail(ErrorType::transient, "the provider is not connected");
    while (true) {
      if (take_own()) co_return realtime::ServerFrame{realtime::peek_type(own_), own_};
      if (const auto how = wire_.wants_connection(time_.now()); how != Wire::Replace::no) {
        auto replacing = replace(how);
        const auto replaced = co_await std::move(replacing);
        if (!replaced) co_return replaced.error();
        continue;
      }
      const auto setup_by = wire_.is_ready() ? SteadyTime::max() : ready_by_;
      waits_until_ = std::min(wire_.next_look(time_.now()), setup_by);
      const auto look_at = deadline.sooner(waits_until_);
      auto reading = connection_->read(async::Deadline::none(time_));  // bounded by `look_at`
      auto bounded = async::with_deadline(look_at, std::move(reading), &news_);
      const auto message = co_await std::move(bounded);
      if (message) {
        wire_.from_model(message->data, time_.now());  // text or binary, JSON either way (§1.2)
        flush();
        continue;
      }
      if (message.error().type != ErrorType::timeout) co_return lost();
      if (!wire_.is_ready() && time_.now() >= ready_by_) {
        co_return fail(ErrorType::transient, "the provider did not complete the setup");
      }
      wire_.look(time_.now());
      flush();
      if (deadline.passed() && wire_.to_gateway().empty()) co_return message.error();
    }
  }

  bool send(std::string_view client_event, net::FrameKind kind) override {
    if (!connection_) return false;
    const auto now = time_.now();
    if (realtime::peek_type(client_event) != realtime::EventType::input_audio_buffer_append) {
      wire_.from_gateway(client_event, now);
      return flush();
    }
    const bool is_sound = wire_.hear(client_event, now);
    const bool is_connected = flush();
    return is_sound ? connection_->send(wire_.sound(), kind) : is_connected;
  }

  bool send_function_call_output(std::string_view call_id, std::string_view output,
                                 std::string_view event_id,
                                 realtime::OutputDelivery delivery) override {
    if (!connection_) return false;
    wire_.answer_call(call_id, output, event_id, delivery, time_.now());
    return flush();
  }

  bool request_playback_utterance(std::string_view text, std::string_view event_id) override {
    if (!connection_) return false;
    wire_.speak(text, event_id, time_.now());
    return flush();
  }

  asio::awaitable<void> close(async::Deadline deadline) override {
    if (!connection_) co_return;
    wire_.finish();
    flush();
    co_await connection_->close(1000, "", deadline);
  }

  std::uint64_t dropped_audio_frames() const override {
    return wire_.dropped_sound() + dropped_ +
           (connection_ ? connection_->dropped_audio_frames() : 0);
  }
  std::string resumption() const override { return wire_.resumption(); }
  bool has_resumed() const override { return wire_.has_resumed(); }

 private:
  asio::awaitable<Result<void>> connect(async::Deadline deadline) {
    auto options = address_options(options_.cloud);
    auto connecting = net::connect_websocket(time_, std::move(options), deadline);
    auto connected = co_await std::move(connecting);
    if (!connected) co_return connected.error();
    if (connection_) dropped_ += connection_->dropped_audio_frames();
    connection_ = std::move(*connected);
    ready_by_ = time_.now() + kSetupTimeout;
    co_return Result<void>{};
  }

  asio::awaitable<Result<void>> await_setup(async::Deadline deadline) {
    while (!wire_.is_ready()) {
      const auto message = co_await connection_->read(deadline);
      if (!message) co_return message.error();
      wire_.from_model(message->data, time_.now());
    }
    if (!flush()) co_return lost();
    co_return Result<void>{};
  }

  /// Between two turns; what is said meanwhile waits.
  asio::awaitable<Result<void>> replace(Wire::Replace how) {
    wire_.leave();
    const auto soon = async::Deadline::after(time_, kGoodbye);
    co_await connection_->close(1000, "", soon);
    if (how == Wire::Replace::lost) {
      wire_.give_up();
      co_return fail(ErrorType::transient, "the session's settings need another connection");
    }
    const auto deadline = async::Deadline::after(time_, kConnectTimeout);
    auto connecting = connect(deadline);
    auto connected = co_await std::move(connecting);
    if (!connected) {
      wire_.give_up();
      co_return connected;
    }
    // Not before: what is said meanwhile would send the setup to the one that has gone.
    wire_.reconnect(how == Wire::Replace::resumed);
    if (!flush()) co_return lost();
    co_return Result<void>{};
  }

  /// What the wire has to say to the model. False: the connection is gone.
  bool flush() {
    bool is_connected = true;
    for (const auto& frame : wire_.to_model()) is_connected = connection_->send(frame);
    wire_.to_model().clear();
    const auto now = time_.now();
    const bool has_news = !wire_.to_gateway().empty() || wire_.next_look(now) < waits_until_ ||
                          wire_.wants_connection(now) != Wire::Replace::no;
    if (has_news) news_.interrupt();
    return is_connected;
  }

  bool take_own() {
    auto& waiting = wire_.to_gateway();
    if (waiting.empty()) return false;
    own_ = std::move(waiting.front());
    waiting.pop_front();
    return true;
  }

  Error lost() {
    const auto close = connection_->close_info().value_or(net::CloseInfo{});
    const bool is_refused_update = close.code == 1007 && wire_.sent_context_update();
    if (is_refused_update && options_.no_context_update) {
      *options_.no_context_update = true;  // from now on by another connection
      return fail(ErrorType::transient, "the provider takes no new settings within a connection",
                  close.reason);
    }
    return explain_close(close);
  }

  GeminiOptions options_;
  async::TimeSource& time_;
  realtime::ProviderProfile profile_;
  Wire wire_;
  std::unique_ptr<net::WsConnection> connection_;
  async::Interrupter news_;
  SteadyTime ready_by_{};
  SteadyTime waits_until_{};   ///< when `next` looks by itself
  std::uint64_t dropped_ = 0;  ///< by connections that were replaced
  std::string own_;            ///< the event that was given last
};

}  // namespace

std::unique_ptr<realtime::ModelPort> make_gemini_port(GeminiOptions options,
                                                      async::TimeSource& time, Random& random) {
  return std::make_unique<GeminiPort>(std::move(options), time, random);
}

}  // namespace callosum::provider::gemini
