#include "provider/openai/openai_port.hpp"

#include "base/json.hpp"
#include "net/client.hpp"
#include "provider/cloud/close_reason.hpp"
#include "provider/openai/profile.hpp"
#include "realtime/client_event.hpp"

namespace callosum::provider::openai {
namespace {

namespace asio = boost::asio;

class OpenAiPort final : public realtime::ModelPort {
 public:
  OpenAiPort(OpenAiOptions options, async::TimeSource& time)
      : options_(std::move(options)), time_(time), profile_(profile_of(options_.model)) {}

  const realtime::ProviderProfile& profile() const override { return profile_; }

  asio::awaitable<Result<void>> open(realtime::SessionOpening opening,
                                     async::Deadline deadline) override {
    auto connect = cloud::connect_options(options_);
    auto connected = co_await net::connect_websocket(time_, std::move(connect), deadline);
    if (!connected) co_return connected.error();
    connection_ = std::move(*connected);
    const auto update =
        realtime::encode_session_update(opening.session, opening.tools->text, "evt_callosum_open");
    if (!connection_->send(update)) co_return lost();
    co_return Result<void>{};
  }

  asio::awaitable<Result<realtime::ServerFrame>> next(async::Deadline deadline) override {
    if (!connection_) co_return fail(ErrorType::transient, "the provider is not connected");
    const auto message = co_await connection_->read(deadline);
    if (!message) {
      if (message.error().type == ErrorType::timeout) co_return message.error();
      co_return lost();
    }
    co_return realtime::ServerFrame{realtime::peek_type(message->data), message->data};
  }

  bool send(std::string_view client_event, net::FrameKind kind) override {
    return connection_ && connection_->send(client_event, kind);
  }

  asio::awaitable<void> close(async::Deadline deadline) override {
    if (connection_) co_await connection_->close(1000, "", deadline);
  }

  std::uint64_t dropped_audio_frames() const override {
    return connection_ ? connection_->dropped_audio_frames() : 0;
  }

 private:
  Error lost() const {
    return cloud::explain_close(connection_->close_info().value_or(net::CloseInfo{}));
  }

  OpenAiOptions options_;
  async::TimeSource& time_;
  realtime::ProviderProfile profile_;
  std::unique_ptr<net::WsConnection> connection_;
};

}  // namespace

std::unique_ptr<realtime::ModelPort> make_openai_port(OpenAiOptions options,
                                                      async::TimeSource& time) {
  return std::make_unique<OpenAiPort>(std::move(options), time);
}

}  // namespace callosum::provider::openai
