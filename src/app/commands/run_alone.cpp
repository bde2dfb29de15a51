#include "app/commands/run_alone.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

namespace callosum::app {

void run_to_end(boost::asio::io_context& context, boost::asio::awaitable<void> work) {
  boost::asio::co_spawn(context, std::move(work), boost::asio::detached);
  context.run();
}

}  // namespace callosum::app
