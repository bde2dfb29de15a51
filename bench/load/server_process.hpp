#pragma once

#include <cstdint>
#include <string>
#include <sys/types.h>
#include <vector>

#include "load/clock.hpp"

namespace callosum::bench {

/// The server under test: started, watched through /proc, and ended with this object.
class ServerProcess {
 public:
  struct Start {
    std::vector<std::string> command;
    int cpu = -1;  ///< the only one it may run on; -1: any
    std::string log;
  };
  /// Returns when it accepts connections on `port`; ends the program when that takes over 20 s.
  ServerProcess(const Start& start, std::uint16_t port);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  /// From exec to the first accepted connection.
  Nanos ready_after() const { return ready_after_; }
  /// User and system time of all its threads so far.
  Nanos cpu_time() const;
  /// What its memory costs, shared pages by share.
  std::size_t pss_bytes() const;
  /// Samples its stacks for so long, beside it.
  void profile(const std::string& file, double seconds);

 private:
  void wait_until_it_accepts(std::uint16_t port);

  pid_t pid_ = -1;
  pid_t profiler_ = -1;
  Nanos started_ = 0;
  Nanos ready_after_ = 0;
  std::string log_;
};

/// This process, on one CPU; -1: leaves it.
void pin_to(int cpu);

}  // namespace callosum::bench
