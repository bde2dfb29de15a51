#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_set>
#include <vector>

#include "wire/socket.hpp"

namespace callosum::bench {

/// Payload sizes of what a gateway says, measured before: the floor says as much and means nothing.
struct FloorOptions {
  std::uint16_t port = 0;
  std::uint16_t upstream_port = 0;
  bool answers_calls = false;       ///< else everything after the start is spliced through
  std::size_t update_bytes = 2000;  ///< session.update, to the provider at the start
  std::size_t output_bytes = 300;   ///< conversation.item.create, for each call
  std::size_t create_bytes = 60;    ///< response.create, for each call
  std::size_t caller_bytes = 0;     ///< to the caller, for each call; 0: nothing
  unsigned call_frames = 3;  ///< so many frames from the provider are one call: then it is answered
  unsigned farewell_frames = 0;  ///< so many more come before the next call
};

/// A WebSocket server in plain epoll: takes a caller, opens a connection to the provider, and then
/// moves bytes or answers with prebuilt ones. One thread, no parsing but of frame headers.
class Floor {
 public:
  explicit Floor(FloorOptions options);
  ~Floor();
  void run();  ///< until the process is killed

 private:
  enum class Phase : std::uint8_t { upgrading, open };
  struct Pair {
    std::unique_ptr<Socket> caller, upstream;
    Phase caller_phase = Phase::upgrading, upstream_phase = Phase::upgrading;
    bool asked_upstream = false;
    bool is_dead = false;
    unsigned starting_frames = 2;  // session.created and session.updated pass through
    unsigned frames = 0;
  };

  void accept_all();
  void on_caller(Pair& pair, std::uint32_t events);
  void on_upstream(Pair& pair, std::uint32_t events);
  std::size_t take_caller(Pair& pair, std::span<char> bytes);
  std::size_t take_upstream(Pair& pair, std::span<char> bytes);
  std::size_t answer(Pair& pair, std::span<char> bytes);
  void watch(Pair& pair, bool is_upstream, bool is_new);
  void end(Pair& pair);

  FloorOptions options_;
  int epoll_ = -1;
  int listener_ = -1;
  std::string update_, answer_, to_caller_;
  std::unordered_set<Pair*> pairs_;
  std::vector<Pair*> dead_;
};

}  // namespace callosum::bench
