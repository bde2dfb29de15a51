#include "net/ws_connection.hpp"

#include "async/with_deadline.hpp"
#include "net/ws_link.hpp"

namespace callosum::net {

namespace asio = boost::asio;

namespace {

class LinkedWsConnection final : public WsConnection {
 public:
  explicit LinkedWsConnection(std::shared_ptr<WsLink> link) : link_(std::move(link)) {}
  ~LinkedWsConnection() override { link_->release(); }

  asio::awaitable<Result<WsMessage>> read(async::Deadline deadline) override {
    if (deadline.at() == SteadyTime::max()) return WsLink::read(link_);
    return async::with_deadline(deadline, WsLink::read(link_));
  }
  bool send(std::string_view text, FrameKind kind) override {
    return link_->send(WsOpcode::text, text, kind);
  }
  bool send_binary(std::string_view bytes, FrameKind kind) override {
    return link_->send(WsOpcode::binary, bytes, kind);
  }
  asio::awaitable<void> close(std::uint16_t code, std::string reason,
                              async::Deadline deadline) override {
    return WsLink::close(link_, code, std::move(reason), deadline);
  }
  void abort() override { link_->abort(); }
  void reset() override { link_->reset(); }
  const std::optional<CloseInfo>& close_info() const override { return link_->close_info(); }
  std::size_t queued_bytes() const override { return link_->queue().bytes(); }
  std::uint64_t dropped_audio_frames() const override { return link_->queue().dropped_audio(); }
  const std::string& subprotocol() const override { return link_->subprotocol(); }
  const std::string& peer() const override { return link_->peer(); }

 private:
  std::shared_ptr<WsLink> link_;
};

}  // namespace

std::unique_ptr<WsConnection> make_ws_connection(async::TimeSource& time, WsLinkParts parts) {
  auto link = std::make_shared<WsLink>(time, std::move(parts));
  link->start();
  return std::make_unique<LinkedWsConnection>(std::move(link));
}

}  // namespace callosum::net
