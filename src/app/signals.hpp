#pragma once

#include <functional>
#include <memory>

namespace boost::asio {
class io_context;
}

namespace callosum::app {

/// From here on SIGHUP waits until there is a Signals: a start takes seconds, and who asks for a
/// reload meanwhile must not end it. For the main thread, before it starts others.
void hold_hangups();

/// What the process is told by signals: SIGTERM and SIGINT ask it to stop, SIGHUP to reload, or to
/// stop where it means that the process's own terminal is gone. From construction on they are
/// taken note of and no longer end the process; `listen` acts on them.
class Signals {
 public:
  struct Actions {
    std::function<void()> stop;
    std::function<void()> reload;
  };

  /// Its actions run on `context`, which outlives it.
  explicit Signals(boost::asio::io_context& context);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

  void listen(Actions actions);
  /// Waiting for signals alone must not keep a loop going.
  void cancel();

 private:
  struct State;
  void wait();
  void act(int number);

  std::unique_ptr<State> state_;
};

}  // namespace callosum::app
