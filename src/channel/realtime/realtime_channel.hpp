#pragma once

#include <functional>
#include <memory>

#include "net/server.hpp"
#include "session/session_host.hpp"

namespace callosum::channel {

/// `GET /v1/realtime`: a caller who speaks GA Realtime over a WebSocket, a browser or a server.
class RealtimeChannel {
 public:
  /// Who may join and what their session is begun with; an error refuses the upgrade with its HTTP
  /// status.
  using Admit =
      std::function<boost::asio::awaitable<Result<session::SessionPlan>>(const net::HttpRequest&)>;

  /// Beyond `slots` an upgrade is answered with 503. `budget`: of what slow callers are sent.
  RealtimeChannel(session::SessionHost& host, session::SessionSlots& slots,
                  std::shared_ptr<net::QueueBudget> budget, Admit admit);

  boost::asio::awaitable<net::UpgradeDecision> upgrade(const net::HttpRequest& request);

 private:
  session::SessionHost& host_;
  session::SessionSlots& slots_;
  std::shared_ptr<net::QueueBudget> budget_;
  Admit admit_;
};

/// A GA WebSocket as the caller's side of a session.
std::unique_ptr<session::CallerLink> make_ws_caller_link(
    std::unique_ptr<net::WsConnection> connection);

}  // namespace callosum::channel
