#include "app/signals.hpp"

#include <boost/asio/io_context.hpp>
#include <csignal>
#include <gtest/gtest.h>
#include <unistd.h>

namespace callosum::app {
namespace {

TEST(Signals, ThatAskForAReloadDuringTheStartAreAnsweredAfterIt) {
  boost::asio::io_context context;
  int reloads = 0;
  int stops = 0;

  hold_hangups();
  ::kill(::getpid(), SIGHUP);
  Signals signals(context);
  signals.listen({[&] { ++stops; },
                  [&] {
                    ++reloads;
                    context.stop();
                  }});
  context.run();

  EXPECT_EQ(reloads, 1);
  EXPECT_EQ(stops, 0);
}

}  // namespace
}  // namespace callosum::app
