#include "provider/xai/xai_port.hpp"

#include "async/with_deadline.hpp"
#include "provider/cloud/close_reason.hpp"
#include "provider/xai/profile.hpp"
#include "provider/xai/wire.hpp"

namespace callosum::provider::xai {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

constexpr auto kReplayPatience = 3s;
constexpr const char* kNotTakenUp = "the provider did not take the conversation up";

class XaiPort final : public realtime::ModelPort {
 public:
  XaiPort(XaiOptions options, async::TimeSource& time)
      : options_(std::move(options)),
        time_(time),
        profile_(profile_of(options_.model)),
        wire_(options_.model) {}

  const realtime::ProviderProfile& profile() const override { return profile_; }

  asio::awaitable<Result<void>> open(realtime::SessionOpening opening,
                                     async::Deadline deadline) override {
    auto connect = cloud::connect_options(options_);
    if (!opening.resumption.empty()) {
      connect.url = cloud::with_parameter(connect.url, "conversation_id", opening.resumption);
    }
    auto connected = co_await net::connect_websocket(time_, std::move(connect), deadline);
    if (!connected) co_return connected.error();
    connection_ = std::move(*connected);
    wire_.open(opening, "evt_callosum_open");
    if (!flush()) co_return lost();
    if (!wire_.replay().is_coming()) co_return Result<void>{};
    auto taking_up = take_up(deadline.within(kReplayPatience));
    co_return co_await std::move(taking_up);
  }

  asio::awaitable<Result<realtime::ServerFrame>> next(async::Deadline deadline) override {
    if (!connection_) co_return fail(ErrorType::transient, "the provider is not connected");
    while (true) {
      if (take_own()) co_return realtime::ServerFrame{realtime::peek_type(own_), own_};
      const auto look_at = deadline.sooner(wire_.next_look(time_.now()));
      auto reading = connection_->read(async::Deadline::none(time_));  // bounded by `look_at`
      auto bounded = async::with_deadline(look_at, std::move(reading), &news_);
      const auto message = co_await std::move(bounded);
      if (!message) {
        if (message.error().type != ErrorType::timeout) co_return lost();
        wire_.look(time_.now());
        flush();
        if (deadline.passed() && wire_.to_gateway().empty()) co_return message.error();
        continue;
      }
      if (message->is_binary) continue;  // never asked for (§5)
      const realtime::ServerFrame frame{realtime::peek_type(message->data), message->data};
      const bool passes = wire_.from_model(frame, time_.now());
      flush();
      if (passes) co_return frame;
    }
  }

  bool send(std::string_view client_event, net::FrameKind kind) override {
    if (!connection_) return false;
    if (kind == net::FrameKind::audio) return connection_->send(client_event, kind);
    const bool passes = wire_.from_gateway(client_event, time_.now());
    if (passes && !connection_->send(client_event, kind)) return false;
    return flush();
  }

  bool request_playback_utterance(std::string_view text, std::string_view event_id) override {
    if (!connection_) return false;
    wire_.speak(text, event_id, time_.now());
    return flush();
  }

  asio::awaitable<void> close(async::Deadline deadline) override {
    if (connection_) co_await connection_->close(1000, "", deadline);
  }

  std::uint64_t dropped_audio_frames() const override {
    return connection_ ? connection_->dropped_audio_frames() : 0;
  }
  std::string resumption() const override { return wire_.resumption(); }
  bool has_resumed() const override { return wire_.replay().has_resumed(); }
  std::vector<realtime::KeptItem> take_kept() override { return wire_.take_kept(); }
  void name_kept(const realtime::KeptItem& item, std::string_view known_as) override {
    wire_.name_kept(item, known_as);
  }

 private:
  /// What stands in the conversation must be known before anything is told again. One that cannot
  /// be taken up does not open: the session begins another then.
  asio::awaitable<Result<void>> take_up(async::Deadline deadline) {
    while (wire_.replay().is_coming()) {
      const auto message = co_await connection_->read(deadline);
      if (!message) {
        const bool is_late = message.error().type == ErrorType::timeout;
        co_return is_late ? fail(ErrorType::transient, kNotTakenUp, "no end came in time") : lost();
      }
      const auto& data = message->data;
      if (message->is_binary) {
        wire_.replay().count(data.size());
        continue;
      }
      const realtime::ServerFrame frame{realtime::peek_type(data), data};
      if (wire_.from_model(frame, time_.now())) wire_.to_gateway().emplace_back(data);
    }
    if (!wire_.replay().has_failed()) co_return Result<void>{};
    co_return fail(ErrorType::transient, kNotTakenUp, "refused, or more than is read");
  }

  /// What the wire has to say to either side. False: the connection is gone.
  bool flush() {
    bool is_connected = true;
    for (const auto& frame : wire_.to_model()) is_connected = connection_->send(frame);
    wire_.to_model().clear();
    if (!wire_.to_gateway().empty() || needs_look()) news_.interrupt();
    return is_connected;
  }

  /// Something may be due sooner than `next` waits.
  bool needs_look() const { return wire_.next_look(time_.now()) != SteadyTime::max(); }

  bool take_own() {
    auto& waiting = wire_.to_gateway();
    if (waiting.empty()) return false;
    own_ = std::move(waiting.front());
    waiting.pop_front();
    return true;
  }

  Error lost() const {
    return cloud::explain_close(connection_->close_info().value_or(net::CloseInfo{}));
  }

  XaiOptions options_;
  async::TimeSource& time_;
  realtime::ProviderProfile profile_;
  Wire wire_;
  std::unique_ptr<net::WsConnection> connection_;
  async::Interrupter news_;
  std::string own_;  ///< the event that was given last, where it was made here
};

}  // namespace

std::unique_ptr<realtime::ModelPort> make_xai_port(XaiOptions options, async::TimeSource& time) {
  return std::make_unique<XaiPort>(std::move(options), time);
}

}  // namespace callosum::provider::xai
