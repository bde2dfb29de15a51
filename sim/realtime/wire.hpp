#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "async/event.hpp"
#include "net/ws_connection.hpp"
#include "sim/realtime/checks.hpp"
#include "sim/realtime/world.hpp"

namespace callosum::sim {

class Dialect;

/// The sending side of one connection: ids, log, counters, and the end of it.
class Wire {
 public:
  Wire(World& world, const Dialect& dialect, net::WsConnection& socket,
       const boost::asio::any_io_executor& executor);

  /// Gives the event its `event_id`, if it has none, and sends it. Nothing is sent once the
  /// connection is to end.
  void send(json::object event);
  /// Sound, where the vendor sends it so. Counts as an event.
  void send_binary(std::string_view bytes);
  /// An error event; `about` is the client event that caused it, if any.
  void refuse(const WireError& error, const json::object* about = nullptr);
  void send_error(json::object error);
  void note(std::string_view counter, std::string_view detail = {});

  /// Ends the connection soon, in this manner.
  void end(Disconnect how);
  bool is_ending() const { return ending_.has_value(); }
  bool is_hung() const { return ending_ && ending_->manner == Manner::hang; }
  /// Waits for `end` and does it.
  boost::asio::awaitable<void> close_when_told();

  World& world() { return world_; }
  const Dialect& dialect() const { return dialect_; }
  std::string make_id(std::string_view prefix);
  const Script& script() const { return *script_; }
  std::size_t number() const { return number_; }     ///< of the connection, from 1
  const std::string& name() const { return name_; }  ///< "c1"

 private:
  void count_sent(bool is_sent);

  World& world_;
  const Dialect& dialect_;
  net::WsConnection& socket_;
  std::shared_ptr<const Script> script_;
  std::size_t number_;
  std::string name_;
  std::string id_prefix_;
  std::size_t sent_ = 0;
  std::optional<Disconnect> ending_;
  async::Event told_;
};

}  // namespace callosum::sim
