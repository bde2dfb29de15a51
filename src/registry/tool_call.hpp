#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "registry/loaded_set.hpp"
#include "registry/words.hpp"

namespace callosum::registry {

class Snapshot;

/// A finished function call as it was planned. `arguments` is the model's own text.
struct ToolCall {
  std::string call_id;
  std::string name;
  std::string arguments;
};

/// Numbers by the names that callers and models know them by.
using Destinations = std::map<std::string, std::string, std::less<>>;

/// Who is asking, and from where: set by the gateway from the authenticated session, never by a
/// model.
struct CallContext {
  std::string tenant_id;  ///< canonical uuid
  std::string tenant_slug;
  std::string session_id;
  std::string subject;  ///< the principal's `sub`
  std::string email;
  std::vector<std::string> roles;
  bool is_member = false;  ///< of this tenant
  std::string caller_phone;
  std::string call_sid;
  /// Where a phone call may be handed on to, by name: numbers that no model says. Null: nowhere.
  std::shared_ptr<const Destinations> transfers;
  Assurance assurance = Assurance::none;
  Channel channel = Channel::voice;
  std::string mode;
  std::string pack;     ///< the only one of this session; empty: all
  std::string account;  ///< selected_account_email
  std::uint64_t epoch = 0;
  std::shared_ptr<const LoadedSet> loaded;  ///< of that epoch; null: everything
  std::uint64_t turn = 0;
  std::uint64_t generation = 0;
  ReplyPath reply_path = ReplyPath::native;
  ToolOwnership tool_ownership = ToolOwnership::provider_native;
  AccessMode access_mode = AccessMode::confirm;
  /// A realtime session, or a door with its rules: destructive tools never run there.
  bool is_realtime = true;
  /// Planned by the provider's model (as opposed to our brain, or a person).
  bool is_provider_planned = true;
  /// The planner never gives one id to two calls.
  bool has_stable_call_ids = true;
  std::string approved_by;  ///< the person who applied what `subject` had proposed; else empty
  std::string provider;     ///< label: "openai", "offline"; "http", "console"
  std::shared_ptr<const Snapshot> snapshot;
};

/// As tools are offered: on the phone that is a channel of its own.
inline Channel offered_channel_of(const CallContext& context) {
  return context.call_sid.empty() ? context.channel : Channel::phone;
}
/// Whether a tool for these is for this one: what is for any voice is for the phone too.
inline bool is_among(Channel channel, const std::vector<Channel>& channels) {
  const auto has = [&channels](Channel one) {
    return std::find(channels.begin(), channels.end(), one) != channels.end();
  };
  return has(channel) || (channel == Channel::phone && has(Channel::voice));
}

/// Limits are set for each channel, and for the phone, which is a voice with less patience.
constexpr std::size_t kLimitSets = 4;
constexpr std::size_t kPhoneLimits = 3;
inline std::size_t limit_set_of(const CallContext& context) {
  return context.call_sid.empty() ? static_cast<std::size_t>(context.channel) : kPhoneLimits;
}

}  // namespace callosum::registry
