#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>

#include "async/deadline.hpp"
#include "net/client.hpp"
#include "net/ws_connection.hpp"

namespace callosum::provider::cloud {

/// How a WebSocket is come by: the network's, or a test's.
using Dial = std::function<boost::asio::awaitable<Result<std::unique_ptr<net::WsConnection>>>(
    net::WsConnectOptions where, async::Deadline deadline)>;
/// `time` outlives it.
Dial make_dial(async::TimeSource& time);

/// Who is at our end of a kept line. Shared by its task and its owner; on one thread.
class LineUser {
 public:
  virtual ~LineUser() = default;
  /// Asked before each attempt.
  virtual net::WsConnectOptions where() = 0;
  /// A connection is there, until `on_gone`.
  virtual void on_open(net::WsConnection& connection) = 0;
  /// It is no more; also told when the task is cancelled.
  virtual void on_gone() = 0;
  /// An error gives this connection up.
  virtual Result<void> on_message(const net::WsMessage& message) = 0;
  /// When `look` is due next; asked when a connection begins, and after each.
  virtual SteadyTime look_at() const { return SteadyTime::max(); }
  virtual void look() {}
  /// The connection has gone; another is looked for.
  virtual void on_closed(const Error& why) = 0;
  /// Whether the end of the connection that has just gone was this user's own wish: then it is no
  /// failure of the service's. Asked once of each.
  virtual bool has_hung_up() { return false; }
  /// No other will be looked for: AUTH and PERMANENT by the service's own word, TRANSIENT when
  /// patience is at its end.
  virtual void on_lost(const Error& why) = 0;
  /// Whether more can be taken; while not, nothing is read.
  virtual bool has_room() const { return true; }
};

/// Keeps a connection up until cancelled or lost: dials, reads, and dials again with growing pauses
/// until none has lasted for ten seconds. `time` outlives it.
boost::asio::awaitable<void> keep_line(async::TimeSource& time, Dial dial,
                                       std::shared_ptr<LineUser> user);

}  // namespace callosum::provider::cloud
