#include "provider/deepgram/deepgram_ears.hpp"

#include <algorithm>
#include <utility>

#include "async/background.hpp"
#include "base/encoding.hpp"
#include "provider/deepgram/sound_ring.hpp"

namespace callosum::provider::deepgram {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using realtime::HeardEvent;

constexpr auto kLook = 500ms;             // how often somebody looks what is due
constexpr auto kSilenceAfter = 500ms;     // without the caller's sound; protocols §2.2
constexpr auto kKeepAliveEvery = 4s;      // protocols §2.1: 3 to 5 s
constexpr auto kCommitPatience = 1500ms;  // for the words of what was committed
constexpr auto kTurnPatience = 10s;       // without news of an utterance that goes on
constexpr std::int64_t kSilence_ms = 500;
constexpr std::int64_t kLeastCommit_ms = 100;  // as the wire of callers has it
constexpr std::size_t kPieceBytes = 16 * 1024;

/// The ears' end of the line.
class Hearing final : public cloud::LineUser {
 public:
  Hearing(async::TimeSource& time, std::unique_ptr<ListenWire> wire, std::function<void()> on_news)
      : time_(time), wire_(std::move(wire)), on_news_(std::move(on_news)) {}

  HeardTurns& turns() { return wire_->turns(); }
  void leave() {
    on_news_ = nullptr;
    if (connection_) connection_->send(ListenWire::close_stream());
  }

  // cloud::LineUser
  net::WsConnectOptions where() override { return wire_->where(ring_.format()); }
  void on_open(net::WsConnection& connection) override {
    connection_ = &connection;
    hangs_up_ = false;
    ring_.drop_until(wire_->acknowledged_ms());
    wire_->open(ring_.begins_ms());
    last_sent_ = last_news_ = time_.now();
    const auto kept = ring_.bytes();
    for (std::size_t at = 0; at < kept.size(); at += kPieceBytes) {
      connection.send_binary(kept.substr(at, kPieceBytes));
    }
    if (turns().is_owed()) ask_for_words();
    if (on_news_) on_news_();  // what was said too long ago to be sent again may have failed
  }
  Result<void> on_message(const net::WsMessage& message) override {
    if (message.is_binary) return {};
    last_news_ = time_.now();
    const auto taken = wire_->take(message.data, ring_.ends_ms());
    ring_.drop_until(wire_->acknowledged_ms());
    if (on_news_) on_news_();
    return taken;
  }
  SteadyTime look_at() const override { return time_.now() + kLook; }
  void look() override {
    const auto now = time_.now();
    const bool is_overdue = turns().is_owed() && now - committed_at_ >= kCommitPatience;
    const bool is_stuck = turns().in_speech() && now - last_news_ >= kTurnPatience;
    if (is_overdue || is_stuck) return give_up_on_words();
    keep_alive(now);
  }
  void on_gone() override { connection_ = nullptr; }
  void on_closed(const Error&) override {}
  bool has_hung_up() override { return std::exchange(hangs_up_, false); }
  void on_lost(const Error& why) override {
    is_lost_ = true;
    turns().lost(why, ring_.ends_ms());
    if (on_news_) on_news_();
  }

  // realtime::Ears
  /// True: the line is to be dialled.
  bool hear(std::span<const std::uint8_t> bytes, const std::string& format) {
    if (bytes.empty() || is_lost_) return false;
    if (format != ring_.format()) {
      ring_.change(format);
      redial();
    }
    ring_.add(bytes);
    last_sound_ = time_.now();
    since_commit_ms_ = ring_.ends_ms() - committed_ms_;
    if (connection_) {
      last_sent_ = last_sound_;
      connection_->send_binary({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
    return !std::exchange(is_dialled_, true);
  }
  bool commit() {
    if (is_lost_ || !turns().commit(since_commit_ms_ >= kLeastCommit_ms)) return false;
    committed_ms_ = ring_.ends_ms();
    since_commit_ms_ = 0;
    committed_at_ = time_.now();
    if (connection_) ask_for_words();
    return true;
  }
  void clear() {
    if (turns().in_speech() || turns().is_owed()) return;  // that is told, and must end
    const bool was_silent = since_commit_ms_ == 0;
    committed_ms_ = ring_.ends_ms();
    since_commit_ms_ = 0;
    wire_->forget();
    ring_.drop_until(ring_.ends_ms());
    // Or the recogniser would still tell the words.
    if (!turns().detects() && !was_silent) redial();
  }

 private:
  /// On another line nothing of what was sent is known.
  void redial() {
    if (!connection_) return;
    hangs_up_ = true;
    connection_->abort();
  }
  void ask_for_words() {
    const auto message = wire_->finalize();
    if (time_.now() - committed_at_ >= kCommitPatience) return give_up_on_words();
    if (!message.empty()) connection_->send(message);
  }
  void give_up_on_words() {
    wire_->settle(ring_.ends_ms());
    ring_.drop_until(ring_.ends_ms());
    redial();
    if (on_news_) on_news_();
  }
  void keep_alive(SteadyTime now) {
    if (!connection_ || now - last_sound_ < kSilenceAfter) return;
    const auto message = wire_->keep_alive();
    // A microphone that was muted in the middle of a turn sends nothing that would end it.
    const bool in_turn = turns().in_speech() || (message.empty() && turns().is_owed());
    if (now - last_sent_ < (in_turn ? kLook : std::chrono::nanoseconds(kKeepAliveEvery))) return;
    last_sent_ = now;
    if (!in_turn && !message.empty()) {
      connection_->send(message);
      return;
    }
    // A turn may only end when silence is heard behind it.
    connection_->send_binary(ring_.silence(kSilence_ms));
    wire_->add_silence(kSilence_ms, ring_.ends_ms());
  }

  async::TimeSource& time_;
  std::unique_ptr<ListenWire> wire_;
  std::function<void()> on_news_;  // empty: the ears have gone
  SoundRing ring_;
  net::WsConnection* connection_ = nullptr;
  SteadyTime last_sound_{}, last_sent_{}, last_news_{}, committed_at_{};
  std::int64_t committed_ms_ = 0;
  std::int64_t since_commit_ms_ = 0;
  bool is_dialled_ = false;
  bool is_lost_ = false;
  bool hangs_up_ = false;  // the connection's end is our own wish
};

class DeepgramEars final : public realtime::Ears {
 public:
  DeepgramEars(asio::any_io_executor executor, DeepgramEarsParts parts,
               std::shared_ptr<Hearing> hearing)
      : executor_(std::move(executor)), parts_(std::move(parts)), hearing_(std::move(hearing)) {}
  ~DeepgramEars() override { hearing_->leave(); }

  Result<void> feed(std::string_view base64, const std::string& format) override {
    const auto decoded = decode_base64(base64, bytes_);
    if (!decoded) return decoded.error();
    if (format == "audio/pcm" && bytes_.size() % 2 != 0) {
      return fail(ErrorType::validation, "the audio ends in the middle of a sample");
    }
    if (hearing_->hear(bytes_, format)) {
      line_.start(executor_, cloud::keep_line(parts_.time, parts_.dial, hearing_));
    }
    return {};
  }
  void detect_turns(bool does) override { hearing_->turns().detect(does); }
  bool commit() override { return hearing_->commit(); }
  void clear() override { hearing_->clear(); }
  std::optional<HeardEvent> take() override {
    line_.rethrow();
    return hearing_->turns().take();
  }

 private:
  asio::any_io_executor executor_;
  DeepgramEarsParts parts_;
  std::shared_ptr<Hearing> hearing_;
  std::vector<std::uint8_t> bytes_;
  async::Background line_;
};

}  // namespace

realtime::MakeEars make_deepgram_ears(ListenOptions options, DeepgramEarsParts parts) {
  return [options = std::move(options), parts = std::move(parts)](
             asio::any_io_executor executor,
             std::function<void()> on_news) -> Result<std::unique_ptr<realtime::Ears>> {
    auto hearing =
        std::make_shared<Hearing>(parts.time, make_listen_wire(options), std::move(on_news));
    std::unique_ptr<realtime::Ears> ears =
        std::make_unique<DeepgramEars>(std::move(executor), parts, std::move(hearing));
    return ears;
  };
}

}  // namespace callosum::provider::deepgram
