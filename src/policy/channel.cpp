#include "policy/channel.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace callosum::policy {

std::optional<Verdict> ChannelGate::judge(const PreparedCall& call) {
  const auto& channels = call.tool->channels;
  if (std::find(channels.begin(), channels.end(), call.context.channel) != channels.end()) {
    return pass();
  }
  std::vector<std::string> words;
  for (const auto channel : channels) words.emplace_back(registry::to_string(channel));
  return refuse(ErrorType::mode_restricted,
                "that is not for the " + std::string(registry::to_string(call.context.channel)) +
                    " channel; ask for it by " + join(words, " or "));
}

}  // namespace callosum::policy
