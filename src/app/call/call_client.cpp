#include "app/call/call_client.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>

#include "app/call/call_sound.hpp"
#include "async/task_group.hpp"
#include "async/with_deadline.hpp"
#include "audio/resampler.hpp"
#include "base/json.hpp"
#include "realtime/client_event.hpp"
#include "realtime/server_event.hpp"

namespace callosum::app {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using realtime::EventType;

constexpr auto kFrame = 20ms;
constexpr auto kQuietAfterAnswer = 1200ms;  // a follow-up may still come
constexpr auto kQuietAfterText = 300ms;
constexpr auto kGiveUpUnheard = 4s;  // after the last word, when nothing was heard of it
constexpr auto kGiveUpUnanswered = 30s;

class Call {
 public:
  Call(async::TimeSource& time, CallOptions& options)
      : time_(time),
        options_(options),
        sound_(options.is_phone),
        start_(time.now()),
        last_event_(start_) {
    outcome_.reply.sample_rate_hz = sound_.rate_hz();
  }

  asio::awaitable<Result<CallOutcome>> run() {
    const auto executor = co_await asio::this_coro::executor;
    done_ = std::make_unique<async::Event>(executor);
    loaded_ = std::make_unique<async::Event>(executor);
    net::WsConnectOptions connect;
    connect.url = options_.url;
    connect.tls = options_.tls;
    connect.limits.max_message_bytes = 16 << 20;
    if (!options_.token.empty()) connect.headers.set("Authorization", "Bearer " + options_.token);
    connect.headers.set("X-Callosum-Timeline", options_.on_tools ? "2" : "1");
    const auto soon = async::Deadline::after(time_, 10s);
    auto connected = co_await net::connect_websocket(time_, std::move(connect), soon);
    if (!connected) co_return connected.error();
    connection_ = std::move(*connected);
    send_session();

    async::TaskGroup tasks(executor, time_);
    tasks.spawn("receive", receive());
    if (options_.next_line) {
      tasks.spawn("chat", chat());
    } else {
      tasks.spawn("send", send_all());
      tasks.spawn("watch", watch());
    }
    co_await done_->wait(async::Deadline::none(time_));
    tasks.cancel();
    co_await tasks.join();
    const auto end = async::Deadline::after(time_, 1s);
    co_await connection_->close(1000, "", end);
    if (problem_) co_return *problem_;
    co_return std::move(outcome_);
  }

 private:
  std::int64_t elapsed_ms() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(time_.now() - start_).count();
  }

  void enter(TimelineEntry entry) {
    entry.t_ms = elapsed_ms();
    if (options_.on_entry) options_.on_entry(entry);
  }

  void send_session() {
    json::object format{{"type", options_.is_phone ? "audio/pcmu" : "audio/pcm"}};
    if (!options_.is_phone) format["rate"] = audio::kRealtimeRateHz;
    json::object input{{"format", format},
                       {"transcription", json::object{{"model", "gpt-4o-mini-transcribe"}}}};
    json::object session{{"type", "realtime"}};
    session["audio"] = json::object{{"input", input}, {"output", json::object{{"format", format}}}};
    if (!options_.wants_audio) session["output_modalities"] = json::array{"text"};
    connection_->send(realtime::encode_session_update(session, "evt_call_session"));
  }

  asio::awaitable<void> send_all() {
    if (options_.speech) {
      co_await send_speech();
    } else {
      type(options_.text);
    }
    sent_at_ = time_.now();
    if (!options_.speech) co_return;
    co_await send_silence();
  }

  void type(const std::string& text) {
    enter({0, "heard", "", "", text, ""});
    outcome_.was_heard = true;
    is_answered_ = false;
    connection_->send(realtime::encode_text_message("user", text, "evt_call_text"));
    connection_->send(realtime::encode_response_create({}, "evt_call_create"));
  }

  /// What is typed, one line after the other.
  asio::awaitable<void> chat() {
    const auto soon = async::Deadline::after(time_, 5s);
    co_await loaded_->wait(soon);  // for the first prompt
    while (true) {
      auto asking = options_.next_line();
      const auto line = co_await std::move(asking);
      if (!line) break;
      if (*line == "/confirm" || *line == "/deny") {
        if (!click(*line == "/confirm")) continue;
      } else {
        type(*line);
      }
      sent_at_ = time_.now();
      auto being_answered = until_quiet();
      co_await std::move(being_answered);
    }
    done_->set();
  }

  /// False: nothing was asked.
  bool click(bool agrees) {
    if (asked_.empty()) {
      enter({0, "refused", "", "", "nothing is waiting to be confirmed", ""});
      return false;
    }
    is_answered_ = false;  // what is said of it follows
    connection_->send(json::serialize(json::object{{"type", "callosum.confirmation.answer"},
                                                   {"event_id", "evt_call_confirm"},
                                                   {"confirmation_id", std::exchange(asked_, {})},
                                                   {"agree", agrees}}));
    return true;
  }

  /// One frame each 20 ms, by the clock and not by counting sleeps.
  asio::awaitable<void> send_speech() {
    const auto scaled = audio::resample(*options_.speech, outcome_.reply.sample_rate_hz);
    if (!scaled) {
      problem_ = scaled.error();
      done_->set();
      co_return;
    }
    const std::size_t step = audio::samples_in(20, scaled->sample_rate_hz);
    const std::span<const std::int16_t> all(scaled->samples);
    for (std::size_t at = 0; at < all.size(); at += step) {
      const auto frame = all.subspan(at, std::min(step, all.size() - at));
      connection_->send(sound_.encode(frame), net::FrameKind::audio);
      co_await pace();
    }
  }

  asio::awaitable<void> send_silence() {
    const std::vector<std::int16_t> silence(audio::samples_in(20, outcome_.reply.sample_rate_hz),
                                            0);
    while (true) {
      connection_->send(sound_.encode(silence), net::FrameKind::audio);
      co_await pace();
    }
  }

  asio::awaitable<void> pace() {
    ++frames_;
    const auto deadline = async::Deadline::at(time_, start_ + kFrame * frames_);
    co_await async::sleep_until(deadline);
  }

  asio::awaitable<void> receive() {
    const auto never = async::Deadline::none(time_);  // `watch` ends a silent call
    while (true) {
      const auto message = co_await connection_->read(never);
      if (!message) {
        const auto& close = connection_->close_info();
        const bool is_goodbye = close && close->code == 1000;
        if (!outcome_.was_answered || (options_.next_line && !is_goodbye)) {
          const std::string reason = close ? close->reason : "";
          problem_ = fail(ErrorType::transient, "the call was ended by the other side" +
                                                    (reason.empty() ? "" : ": " + reason));
        }
        done_->set();
        co_return;
      }
      on_frame({realtime::peek_type(message->data), message->data});
    }
  }

  void on_frame(const realtime::ServerFrame& frame) {
    last_event_ = time_.now();
    if (frame.type == EventType::rate_limits_updated) return;
    const auto event = realtime::decode_server_event(frame);
    if (!event) return;
    const auto& body = event->body;
    switch (frame.type) {
      case EventType::output_audio_delta:
        sound_.decode(text_at(body, "delta"), outcome_.reply.samples);
        return;
      case EventType::transcription_completed:
        outcome_.was_heard = true;
        enter({0, "heard", "", "", std::string(text_at(body, "transcript")), ""});
        return;
      case EventType::speech_started:
        is_answered_ = false;
        return;
      case EventType::output_text_done:
        enter({0, "said", "", "", std::string(text_at(body, "text")), ""});
        return;
      case EventType::output_audio_transcript_done:
        enter({0, "said", "", "", std::string(text_at(body, "transcript")), ""});
        return;
      case EventType::response_created:
        is_answered_ = is_answered_ && !options_.next_line;
        return;
      case EventType::response_done:
        is_answered_ = outcome_.was_answered = true;
        return;
      case EventType::error: {
        const auto error = realtime::read_error(body);
        enter({0, "refused", "", "", std::string(error.message), std::string(error.code)});
        is_answered_ |= static_cast<bool>(options_.next_line);  // whoever types may go on
        return;
      }
      default:
        break;
    }
    if (text_at(body, "type") == "callosum.confirmation.requested") return on_confirmation(body);
    if (text_at(body, "type") == "callosum.timeline" && text_at(body, "kind") == "loaded") {
      if (options_.on_tools) options_.on_tools(std::string(text_at(body, "text")));
      loaded_->set();
      return;
    }
    if (text_at(body, "type") == "callosum.timeline") {
      if (text_at(body, "kind") == "called") ++open_calls_;
      if (text_at(body, "kind") == "answered" && open_calls_ > 0) --open_calls_;
      enter({0, std::string(text_at(body, "kind")), std::string(text_at(body, "tool")),
             std::string(text_at(body, "args")), std::string(text_at(body, "text")),
             std::string(text_at(body, "error_type"))});
    }
  }

  /// The caller's click, where it was told to click.
  void on_confirmation(const json::object& body) {
    const auto* args = body.if_contains("args");
    enter({0, "asked", std::string(text_at(body, "tool")), args ? json::serialize(*args) : "",
           how_to_confirm() + std::string(text_at(body, "preview")), ""});
    asked_ = text_at(body, "confirmation_id");
    if (options_.confirms) click(true);
  }

  std::string how_to_confirm() const {
    if (options_.confirms) return "confirmed: ";
    return options_.next_line ? "/confirm or /deny: " : "would confirm, with --confirm: ";
  }

  /// Decides when the call is over.
  asio::awaitable<void> watch() {
    auto ending = until_quiet();
    co_await std::move(ending);
    done_->set();
  }

  /// Until what was sent is answered, or will not be.
  asio::awaitable<void> until_quiet() {
    while (true) {
      const auto tick = async::Deadline::after(time_, 50ms);
      co_await async::sleep_until(tick);
      if (!sent_at_) continue;
      const auto now = time_.now();
      const auto quiet = now - std::max(last_event_, *sent_at_);
      const auto enough = options_.speech ? kQuietAfterAnswer : kQuietAfterText;
      const bool is_running = options_.next_line && open_calls_ > 0;
      const bool answered = is_answered_ && !is_running && now - last_event_ > enough;
      const bool unheard = !outcome_.was_heard && quiet > kGiveUpUnheard;
      if (answered || unheard || quiet > kGiveUpUnanswered) co_return;
    }
  }

  async::TimeSource& time_;
  CallOptions& options_;
  CallSound sound_;
  SteadyTime start_;
  SteadyTime last_event_;
  std::optional<SteadyTime> sent_at_;
  std::unique_ptr<net::WsConnection> connection_;
  std::unique_ptr<async::Event> done_;
  std::unique_ptr<async::Event> loaded_;  // the tools are known
  std::optional<Error> problem_;
  CallOutcome outcome_;
  std::int64_t frames_ = 0;
  bool is_answered_ = false;
  int open_calls_ = 0;  // of tools
  std::string asked_;   // the question that waits for a click
};

}  // namespace

asio::awaitable<Result<CallOutcome>> place_call(async::TimeSource& time, CallOptions options) {
  Call call(time, options);
  auto outcome = co_await call.run();
  co_return outcome;
}

}  // namespace callosum::app
