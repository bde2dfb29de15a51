#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

namespace callosum::testing {

using Environment = std::map<std::string, std::string>;

/// A program that runs beside the test and never outlives it, not even a test that crashed.
class Process {
 public:
  /// `environment` is laid over the test's own, from which keys and tokens have been taken out.
  Process(std::vector<std::string> command, const Environment& environment);
  ~Process();  ///< kills what still runs
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }
  bool is_running();
  void send_signal(int number);
  /// The next line of its standard output; empty when it ended, or said nothing for so long.
  std::string read_line(std::chrono::seconds limit);

  struct Ended {
    int status = -1;  ///< exit code; 128 + the signal that ended it
    std::string out;  ///< what read_line() has not taken
    std::string err;
  };
  /// Waits for its end; nullopt when it still runs by then.
  std::optional<Ended> wait(std::chrono::seconds limit);
  std::string errors() const;  ///< its standard error so far

 private:
  using Clock = std::chrono::steady_clock;
  /// Reads what there is; false at the end of the output or at `until`.
  bool read_more(Clock::time_point until);
  void reap(bool block);

  pid_t pid_ = -1;
  int out_ = -1;
  int err_ = -1;
  std::string output_;
  std::optional<int> status_;
};

/// The built program of that name.
std::string program(const std::string& name);

}  // namespace callosum::testing
