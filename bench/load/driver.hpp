#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "load/clock.hpp"
#include "load/options.hpp"
#include "load/server_process.hpp"
#include "wire/socket.hpp"

namespace callosum::bench {

/// One WebSocket of ours: a caller's, or one that the server under test opened to us as to the
/// provider.
struct Leg {
  enum class Side : std::uint8_t { caller, provider };

  Leg(int fd, Side its_side, std::size_t its_index)
      : socket(fd), side(its_side), index(its_index) {}

  Socket socket;
  Side side;
  std::size_t index;  ///< among all of its side so far
  bool is_connected = false;
  bool is_upgraded = false;
  bool is_ready = false;  ///< caller: has session.created; provider: has answered session.update
  bool is_dead = false;
  std::uint64_t call = 0;  ///< the outstanding call's number; 0: none
  Nanos since = 0;         ///< when it was sent
};

/// What was seen of the server's own words: sizes for the floor, and what went wrong.
struct Seen {
  std::size_t update_bytes = 0, output_bytes = 0, create_bytes = 0;  ///< the last of each
  std::uint64_t caller_frames = 0, caller_bytes = 0;
  std::uint64_t closed_early = 0;
};

/// Plays every caller and the provider around one server, on one thread.
class Driver {
 public:
  explicit Driver(const LoadOptions& options);
  ~Driver();

  /// Starts the server. Its ports are in the command already.
  void start_server();
  ServerProcess& server() { return *server_; }
  std::uint16_t server_port() const { return server_port_; }

  Leg& add_caller();
  void drop(Leg& leg);
  /// Until so many sessions have both legs ready; ends the program when that takes too long.
  void wait_for_sessions(std::size_t count);
  /// Until no session is left.
  void wait_for_none();
  /// Serves until `until`; `on_time` is called as often as it wishes: it returns when next.
  void run_until(Nanos until, const std::function<Nanos(Nanos)>& on_time);
  void run_until(Nanos until);
  void stop_running() { stops_ = true; }

  std::function<void(Leg&, std::string_view)> on_provider_event;  ///< after session.update
  std::function<void(Leg&, std::string_view)> on_caller_event;
  std::function<void(Leg&)> on_provider_ready;
  std::function<void(Leg&)> on_closed;

  void send(Leg& leg, std::string_view frames);
  const std::vector<Leg*>& providers() const { return providers_; }
  const std::vector<Leg*>& callers() const { return callers_; }
  std::size_t ready_sessions() const { return std::min(ready_callers_, ready_providers_); }
  Seen& seen() { return seen_; }

 private:
  void poll_once(Nanos wait);
  void accept_providers();
  Leg& add(int fd, Leg::Side side, std::vector<Leg*>& legs);
  void serve(Leg& leg, std::uint32_t events);
  std::size_t take(Leg& leg, std::span<char> bytes);
  std::size_t upgrade(Leg& leg, std::string_view bytes);
  void on_event(Leg& leg, std::string_view event);
  void start_provider_session(Leg& leg, std::string_view update);
  void watch(Leg& leg, bool is_new);
  void end(Leg& leg);

  const LoadOptions& options_;
  int epoll_ = -1;
  int listener_ = -1;
  std::uint16_t server_port_ = 0;
  std::unique_ptr<ServerProcess> server_;
  std::vector<Leg*> callers_, providers_;
  std::vector<Leg*> dead_;
  std::size_t added_ = 0;
  std::size_t ready_callers_ = 0, ready_providers_ = 0;
  bool stops_ = false;
  Seen seen_;
};

}  // namespace callosum::bench
