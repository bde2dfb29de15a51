#include "policy/channel.hpp"

#include <algorithm>

namespace callosum::policy {

boost::asio::awaitable<Verdict> ChannelGate::ask(const PreparedCall& call) {
  const auto& channels = call.tool->channels;
  if (std::find(channels.begin(), channels.end(), call.context.channel) == channels.end()) {
    co_return refuse(ErrorType::mode_restricted,
                     "that is not available on the " +
                         std::string(registry::to_string(call.context.channel)) + " channel");
  }
  co_return pass();
}

}  // namespace callosum::policy
