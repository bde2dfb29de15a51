#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <optional>
#include <string>

#include "async/event.hpp"
#include "net/ws_connection.hpp"
#include "sim/gemini/rules.hpp"
#include "sim/gemini/world.hpp"

namespace callosum::sim::gemini {

/// The sending side of one connection: frames, log, counters, and the end of it.
class Wire {
 public:
  Wire(World& world, net::WsConnection& socket, const boost::asio::any_io_executor& executor);

  /// One JSON object in a binary frame. Nothing is sent once the connection is to end.
  void send(const json::object& message);
  /// What came in, for the log and the counters.
  void received(const json::object& message);
  /// Counts and notes something that is no mistake.
  void note(std::string_view counter, std::string_view detail = {});
  /// A mistake of the client's.
  void violate(std::string_view counter, std::string_view detail = {});
  /// A mistake that closes the connection.
  void refuse(const Complaint& complaint);

  /// Ends the connection soon, in this manner.
  void end(Disconnect how);
  bool is_ending() const { return ending_.has_value(); }
  bool is_hung() const { return ending_ && ending_->manner == Manner::hang; }
  /// Waits for `end` and does it.
  boost::asio::awaitable<void> close_when_told();

  World& world() { return world_; }
  const Script& script() const { return *script_; }
  std::size_t number() const { return number_; }     ///< of the connection, from 1
  const std::string& name() const { return name_; }  ///< "c1"
  std::size_t received_messages() const { return received_; }

 private:
  World& world_;
  net::WsConnection& socket_;
  std::shared_ptr<const Script> script_;
  std::size_t number_;
  std::string name_;
  std::size_t sent_ = 0;
  std::size_t received_ = 0;
  std::optional<Disconnect> ending_;
  async::Event told_;
};

/// The message without its sound and images: base64 beside a mimeType becomes its length.
json::object without_data(const json::object& message);

}  // namespace callosum::sim::gemini
