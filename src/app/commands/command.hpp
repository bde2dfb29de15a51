#pragma once

#include <memory>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace callosum::app {

/// One verb of the program: declares its options, then runs. Answers the exit status: 0 done, 1 it
/// failed, 2 misuse.
class Command {
 public:
  virtual ~Command() = default;
  /// Adds a subcommand with its options; `selected` is set when the user chose it.
  virtual void add_to(CLI::App& app) = 0;
  virtual bool is_selected() const = 0;
  /// Whether what it prints is what it was asked for: then it has failed where that cannot be
  /// written. A server goes on without a reader.
  virtual bool is_for_its_output() const { return true; }
  virtual int run() = 0;
};

}  // namespace callosum::app
