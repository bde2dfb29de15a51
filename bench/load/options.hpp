#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace callosum::bench {

struct LoadOptions {
  std::string mode = "turnaround";  ///< turnaround, throughput, relay, start, idle, execute
  std::size_t sessions = 50;
  double seconds = 5;
  double warm_up_seconds = 1;
  double calls_per_second = 500;  ///< turnaround: of all sessions together
  std::string target = "/v1/realtime?model=bench";
  std::string token;
  std::string tool = "noop";
  std::size_t rows = 1;  ///< execute: of the table
  int server_cpu = -1;   ///< -1: not pinned
  int driver_cpu = -1;
  bool checks_ids = true;  ///< the floor answers with an id that means nothing
  std::string server_log = "/dev/null";
  std::string profile;               ///< perf.data of the server while it is measured; empty: none
  std::vector<std::string> command;  ///< of the server; {port} and {provider} are replaced
};

LoadOptions parse_options(int argc, char** argv);

}  // namespace callosum::bench
