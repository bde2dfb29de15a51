#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "async/event.hpp"
#include "async/time_source.hpp"
#include "base/random.hpp"
#include "net/ws_connection.hpp"
#include "sim/event_log.hpp"
#include "sim/realtime/reply.hpp"
#include "sim/service/records.hpp"
#include "sim/timeline.hpp"

namespace callosum::sim {

/// What all connections of a simulator share that is no realtime model. Outlives them; one thread.
struct ServiceWorld {
  async::TimeSource& time;
  Random& random;
  EventLog& log;
  Records& records;
  std::size_t connections = 0;

  /// As UUIDs look.
  std::string make_uuid() const;
};

/// One WebSocket as its service sees it: sends, does things later, and ends in some manner.
class ServiceLine {
 public:
  ServiceLine(ServiceWorld& world, net::WsConnection& socket,
              const boost::asio::any_io_executor& executor);

  /// Nothing is sent once the connection is to end.
  void send(const json::object& event);
  void send_binary(std::string_view bytes);
  /// Counts `counter`, and says so in the log.
  void note(std::string_view counter, std::string_view detail = {});
  void log_in(const json::object& event) { world_.log.event(name_, "in", event); }

  /// Later, unless the connection has gone by then. Equal times keep their order.
  void after(std::chrono::milliseconds delay, std::function<void()> action) {
    timeline_.after(delay, std::move(action));
  }
  /// Ends the connection soon.
  void end(Disconnect how);
  void close(std::uint16_t code, std::string reason) {
    end({.manner = Manner::close, .code = code, .reason = std::move(reason)});
  }
  bool is_ending() const { return ending_.has_value(); }
  bool is_hung() const { return ending_ && ending_->manner == Manner::hang; }

  ServiceWorld& world() { return world_; }
  std::size_t number() const { return number_; }     ///< of the connection, from 1
  const std::string& name() const { return name_; }  ///< "c1"

  boost::asio::awaitable<void> run_timeline() { return timeline_.run(); }
  boost::asio::awaitable<void> close_when_told();

 private:
  ServiceWorld& world_;
  net::WsConnection& socket_;
  Timeline timeline_;
  std::size_t number_;
  std::string name_;
  std::optional<Disconnect> ending_;
  async::Event told_;
};

/// One connection's conversation. Knows no socket and waits for nothing.
class ServicePartner {
 public:
  virtual ~ServicePartner() = default;
  virtual void begin() {}
  virtual void on_text(std::string_view frame) = 0;
  virtual void on_binary(std::string_view bytes) = 0;
  /// The connection has gone.
  virtual void end() {}
};

using MakePartner = std::function<std::unique_ptr<ServicePartner>(ServiceLine&)>;

/// Serves one connection until either side ends it; an hour at most.
boost::asio::awaitable<void> serve_line(ServiceWorld& world, MakePartner make,
                                        std::unique_ptr<net::WsConnection> socket);

/// Limits that a client's sound and text fit into.
net::WsLimits service_limits();

}  // namespace callosum::sim
