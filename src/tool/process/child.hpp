#pragma once

#include <memory>
#include <string>
#include <sys/types.h>
#include <utility>

#include "tool/process/plan.hpp"

namespace callosum::tool::process {

/// A descriptor that is closed with its owner.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    if (this != &other) close();
    fd_ = std::exchange(other.fd_, -1);
    return *this;
  }
  ~Descriptor() { close(); }

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  void close();

 private:
  int fd_ = -1;
};

/// A running program in a process group of its own. Its end kills the whole group and takes its
/// status: no zombie, and none of its children that stayed in the group.
class Child {
 public:
  /// No shell, no descriptor but the three, nothing in the environment but the plan's, limits set.
  /// TRANSIENT where the system has no room for it.
  static Result<Child> start(const WorkerPlan& plan);

  Child(Child&& other) noexcept = default;
  Child& operator=(Child&&) = delete;
  ~Child() { end(); }

  /// Kills the group and waits for its leader, which is a moment. How it ended, for the log.
  std::string end();

  Descriptor& input() { return input_; }    ///< what we write
  Descriptor& output() { return output_; }  ///< what it answers
  Descriptor& errors() { return errors_; }  ///< what it says to people
  Descriptor& exit() { return exit_; }      ///< readable once it has ended
  pid_t pid() const { return *pid_; }

 private:
  Child() = default;

  std::unique_ptr<pid_t> pid_;  ///< null: ended, or moved from
  Descriptor input_, output_, errors_, exit_;
};

}  // namespace callosum::tool::process
