#include "channel/realtime/realtime_channel.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::channel {
namespace {

namespace asio = boost::asio;

class WsCallerLink final : public session::CallerLink {
 public:
  explicit WsCallerLink(std::unique_ptr<net::WsConnection> connection)
      : connection_(std::move(connection)) {}

  asio::awaitable<Result<realtime::ClientFrame>> next(async::Deadline deadline) override {
    const auto message = co_await connection_->read(deadline);
    if (!message) co_return message.error();
    // A binary frame is no event (protocol §2): it reads as an unknown one and is refused as such.
    if (message->is_binary) co_return realtime::ClientFrame{};
    co_return realtime::ClientFrame{realtime::peek_type(message->data), message->data};
  }

  bool send(std::string_view server_event, net::FrameKind kind) override {
    return connection_->send(server_event, kind);
  }

  asio::awaitable<void> close(std::uint16_t code, std::string reason,
                              async::Deadline deadline) override {
    return connection_->close(code, std::move(reason), deadline);
  }

  std::uint64_t dropped_audio_frames() const override {
    return connection_->dropped_audio_frames();
  }
  std::uint16_t close_code() const override {
    return connection_->close_info() ? connection_->close_info()->code : 0;
  }

 private:
  std::unique_ptr<net::WsConnection> connection_;
};

/// The subprotocol to answer: "realtime" where it was offered, as browsers need it.
std::string choose_subprotocol(const net::HttpRequest& request) {
  for (const auto offered : split(request.headers.get("Sec-WebSocket-Protocol"), ',')) {
    if (trim(offered) == "realtime") return "realtime";
  }
  return {};
}

net::HttpResponse refusal(const Error& error) {
  const json::object details{{"type", to_string(error.type)}, {"message", error.message}};
  return net::HttpResponse::json(http_status(error.type),
                                 json::serialize(json::object{{"error", details}}));
}

}  // namespace

std::unique_ptr<session::CallerLink> make_ws_caller_link(
    std::unique_ptr<net::WsConnection> connection) {
  return std::make_unique<WsCallerLink>(std::move(connection));
}

RealtimeChannel::RealtimeChannel(session::SessionHost& host, session::SessionSlots& slots,
                                 std::shared_ptr<net::QueueBudget> budget, Admit admit)
    : host_(host), slots_(slots), budget_(std::move(budget)), admit_(std::move(admit)) {}

asio::awaitable<net::UpgradeDecision> RealtimeChannel::upgrade(const net::HttpRequest& request) {
  net::UpgradeDecision decision;
  auto slot = slots_.take();
  if (!slot) {
    decision.refusal = refusal(fail(ErrorType::transient, "every line is taken; try again later"));
    decision.refusal->headers.set("Retry-After", "5");
    co_return decision;
  }
  auto plan = co_await admit_(request);
  if (!plan) {
    decision.refusal = refusal(plan.error());
    co_return decision;
  }
  plan->slot = std::move(slot);
  decision.subprotocol = choose_subprotocol(request);
  decision.limits.max_message_bytes = 2 << 20;
  decision.limits.budget = budget_;
  // std::function wants something copyable; the plan is used once, and not kept after it.
  auto shared = std::make_shared<session::SessionPlan>(std::move(*plan));
  decision.serve = [host = &host_, shared = std::move(shared)](
                       std::unique_ptr<net::WsConnection> connection) mutable {
    return host->serve(std::move(shared), make_ws_caller_link(std::move(connection)));
  };
  co_return decision;
}

}  // namespace callosum::channel
