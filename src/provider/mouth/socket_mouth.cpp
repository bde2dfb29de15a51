#include "provider/mouth/socket_mouth.hpp"

#include <utility>

#include "async/background.hpp"
#include "async/event.hpp"

namespace callosum::provider::mouth {
namespace {

namespace asio = boost::asio;
using realtime::MouthEvent;

constexpr std::size_t kMostWaiting = 512;      // events that nobody has taken
constexpr std::size_t kMostSound = 2 << 20;    // bytes of it
constexpr std::size_t kMostWords = 32 * 1024;  // bytes that wait for a connection

/// The mouth's end of the line.
class Voice final : public cloud::LineUser {
 public:
  Voice(async::TimeSource& time, const asio::any_io_executor& executor,
        std::unique_ptr<MouthWire> wire, std::function<void()> on_news)
      : time_(time), changed_(executor), wire_(std::move(wire)), on_news_(std::move(on_news)) {}

  net::WsConnectOptions where() override { return wire_->where(); }
  void on_open(net::WsConnection& connection) override {
    connection_ = &connection;
    wire_->open();
    const auto known = wire_->events().size();
    is_speaking_ = !waiting_.empty();
    for (const auto& piece : std::exchange(waiting_, {})) wire_->say(piece);
    if (std::exchange(waits_flush_, false)) wire_->flush();
    note_end(known);
    send();
    if (wire_->events().size() > known) tell();
    changed_.set();
  }
  Result<void> on_message(const net::WsMessage& message) override {
    const auto known = wire_->events().size();
    const auto taken = wire_->take(message.data, message.is_binary);
    note_end(known);
    send();
    if (wire_->events().size() > known) tell();
    return taken;
  }
  SteadyTime look_at() const override {
    const auto every = wire_->keep_alive_every();
    return every.count() == 0 ? SteadyTime::max() : last_sent_ + every;
  }
  void look() override {
    if (time_.now() < look_at()) return;
    last_sent_ = time_.now();
    wire_->keep_alive();
    send();
  }
  void on_gone() override { connection_ = nullptr; }
  void on_closed(const Error& why) override {
    wire_->to_service().clear();
    if (std::exchange(is_speaking_, false)) fail_utterance(why);
  }
  void on_lost(const Error& why) override {
    lost_ = why;
    if (!waiting_.empty()) fail_utterance(why);
    changed_.set();
  }
  bool has_room() const override {
    std::size_t bytes = 0;
    for (const auto& event : wire_->events()) bytes += event.sound.size();
    return wire_->events().size() < kMostWaiting && bytes < kMostSound;
  }

  void say(std::string_view piece) {
    if (lost_) return fail_utterance(*lost_);
    if (connection_) {
      is_speaking_ = true;
      wire_->say(piece);
      return send();
    }
    waiting_bytes_ = waiting_.empty() ? piece.size() : waiting_bytes_ + piece.size();
    if (waiting_bytes_ > kMostWords) {
      return fail_utterance(fail(ErrorType::transient, "the speech service cannot be reached"));
    }
    waiting_.emplace_back(piece);
  }
  void flush() {
    if (connection_) {
      const auto known = wire_->events().size();
      if (is_speaking_) {
        wire_->flush();
      } else {
        wire_->events().push_back(spoken_event());  // there is nothing to wait for
      }
      note_end(known);
      send();
      if (wire_->events().size() > known) tell();
      return;
    }
    waits_flush_ = !waiting_.empty();
  }
  void cancel() {
    waiting_.clear();
    waits_flush_ = false;
    is_speaking_ = false;
    wire_->cancel();
    wire_->events().clear();
    send();
  }
  std::optional<MouthEvent> take() {
    auto& events = wire_->events();
    if (events.empty()) return std::nullopt;
    auto event = std::move(events.front());
    events.pop_front();
    return event;
  }
  void leave() { on_news_ = nullptr; }

  static asio::awaitable<Result<void>> opened(std::shared_ptr<Voice> voice,
                                              async::Deadline deadline) {
    while (!voice->connection_ && !voice->lost_) {
      voice->changed_.reset();
      auto waiting = voice->changed_.wait(deadline);
      const bool woken = co_await std::move(waiting);
      if (!woken) co_return fail(ErrorType::transient, "the speech service did not answer");
    }
    if (voice->lost_) co_return *voice->lost_;
    co_return Result<void>{};
  }

 private:
  void send() {
    auto& out = wire_->to_service();
    if (!out.empty()) last_sent_ = time_.now();
    if (connection_) {
      for (const auto& text : out) connection_->send(text);
    }
    out.clear();
  }
  void note_end(std::size_t from) {
    const auto& events = wire_->events();
    for (auto i = from; i < events.size(); ++i) {
      const auto kind = events[i].kind;
      if (kind == MouthEvent::Kind::spoken || kind == MouthEvent::Kind::failed) {
        is_speaking_ = false;
      }
    }
  }
  void fail_utterance(const Error& why) {
    waiting_.clear();
    waits_flush_ = false;
    wire_->events().push_back(failed_event(why));
    tell();
  }
  void tell() const {
    if (on_news_) on_news_();
  }

  async::TimeSource& time_;
  async::Event changed_;
  std::unique_ptr<MouthWire> wire_;
  std::function<void()> on_news_;  // empty: the mouth has gone
  net::WsConnection* connection_ = nullptr;
  std::deque<std::string> waiting_;  // pieces, for a connection
  std::size_t waiting_bytes_ = 0;
  bool waits_flush_ = false;
  bool is_speaking_ = false;  // words went out, and their end has not come back
  std::optional<Error> lost_;
  SteadyTime last_sent_{};
};

class SocketMouth final : public realtime::Mouth {
 public:
  explicit SocketMouth(std::shared_ptr<Voice> voice) : voice_(std::move(voice)) {}
  ~SocketMouth() override { voice_->leave(); }
  void start(SocketMouthParts parts, const asio::any_io_executor& executor) {
    line_.start(executor, cloud::keep_line(parts.time, std::move(parts.dial), voice_));
  }

  asio::awaitable<Result<void>> open(async::Deadline deadline) override {
    return Voice::opened(voice_, deadline);
  }
  void say(std::string_view piece) override { voice_->say(piece); }
  void flush() override { voice_->flush(); }
  void cancel() override { voice_->cancel(); }
  std::optional<MouthEvent> take() override {
    line_.rethrow();
    return voice_->take();
  }

 private:
  std::shared_ptr<Voice> voice_;
  async::Background line_;
};

}  // namespace

std::unique_ptr<realtime::Mouth> make_socket_mouth(SocketMouthParts parts,
                                                   asio::any_io_executor executor,
                                                   std::unique_ptr<MouthWire> wire,
                                                   std::function<void()> on_news) {
  auto voice = std::make_shared<Voice>(parts.time, executor, std::move(wire), std::move(on_news));
  auto mouth = std::make_unique<SocketMouth>(std::move(voice));
  mouth->start(std::move(parts), executor);
  return mouth;
}

}  // namespace callosum::provider::mouth
