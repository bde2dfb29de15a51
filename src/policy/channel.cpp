#include "policy/channel.hpp"

#include "base/text.hpp"

namespace callosum::policy {

std::optional<Verdict> ChannelGate::judge(const PreparedCall& call) {
  const auto& channels = call.tool->channels;
  if (registry::is_among(registry::offered_channel_of(call.context), channels)) return pass();
  std::vector<std::string> words;
  for (const auto channel : channels) words.emplace_back(registry::to_string(channel));
  return refuse(ErrorType::mode_restricted,
                "that is not for the " +
                    std::string(to_string(registry::offered_channel_of(call.context))) +
                    " channel; ask for it by " + join(words, " or "));
}

}  // namespace callosum::policy
