#include "app/signals.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <fcntl.h>
#include <unistd.h>

namespace callosum::app {
namespace {

/// Fails from the moment on that the terminal hangs up.
bool has_terminal() {
  const int terminal = ::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  if (terminal < 0) return false;
  ::close(terminal);
  return true;
}

/// Started with `nohup`: it shall outlive its terminal.
bool outlives_terminal() {
  struct sigaction action {};
  return ::sigaction(SIGHUP, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

void mask_hangups(int how) {
  sigset_t hangup;
  ::sigemptyset(&hangup);
  ::sigaddset(&hangup, SIGHUP);
  ::pthread_sigmask(how, &hangup, nullptr);
}

}  // namespace

void hold_hangups() { mask_hangups(SIG_BLOCK); }

struct Signals::State {
  explicit State(boost::asio::io_context& context)
      : ends_with_terminal(has_terminal() && !outlives_terminal()),
        set(context, SIGINT, SIGTERM, SIGHUP) {}

  const bool ends_with_terminal;  // asked before `set` takes the signals over
  boost::asio::signal_set set;
  Actions actions;
};

Signals::Signals(boost::asio::io_context& context) : state_(std::make_unique<State>(context)) {
  std::signal(SIGPIPE, SIG_IGN);
  mask_hangups(SIG_UNBLOCK);
}

Signals::~Signals() = default;

void Signals::listen(Actions actions) {
  state_->actions = std::move(actions);
  wait();
}

void Signals::cancel() { state_->set.cancel(); }

void Signals::wait() {
  state_->set.async_wait([this](const boost::system::error_code& ec, int number) {
    if (ec) return;
    act(number);
    wait();
  });
}

void Signals::act(int number) {
  const bool is_hangup = number == SIGHUP && state_->ends_with_terminal && !has_terminal();
  if (number == SIGHUP && !is_hangup) return state_->actions.reload();
  state_->actions.stop();
}

}  // namespace callosum::app
