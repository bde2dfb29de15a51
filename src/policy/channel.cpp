#include "policy/channel.hpp"

#include <algorithm>

namespace callosum::policy {

std::optional<Verdict> ChannelGate::judge(const PreparedCall& call) {
  const auto& channels = call.tool->channels;
  if (std::find(channels.begin(), channels.end(), call.context.channel) == channels.end()) {
    return refuse(ErrorType::mode_restricted,
                  "that is not available on the " +
                      std::string(registry::to_string(call.context.channel)) + " channel");
  }
  return pass();
}

}  // namespace callosum::policy
