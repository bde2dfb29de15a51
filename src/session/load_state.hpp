#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "policy/enablement.hpp"
#include "registry/export/export.hpp"
#include "registry/loaded_set.hpp"
#include "registry/snapshot.hpp"

namespace callosum::session {

using ToolNames = registry::LoadedSet::Names;

/// An account that the user has connected: "google", "john@example.com".
struct UsableAccount {
  std::string service, email;
  bool operator==(const UsableAccount&) const = default;
};

/// What a conversation may load at all, as the gateway knows it; never a model's word.
struct LoadGround {
  std::string session_id, tenant_id, subject;
  std::shared_ptr<const registry::Snapshot> snapshot;
  registry::Channel channel = registry::Channel::voice;
  std::vector<std::string> roles;
  registry::Assurance assurance = registry::Assurance::none;
  registry::AccessMode access_mode = registry::AccessMode::confirm;
  std::string pack;                     ///< the only one; empty: all
  policy::SwitchedOff off;              ///< of the tenant
  std::vector<UsableAccount> accounts;  ///< of the user
  std::optional<ToolNames> modes;       ///< that the user may enter; nothing: any
  bool is_frozen = false;               ///< its list cannot grow: one tool carries the others
  std::size_t most_tokens = 0;          ///< of the tools of a list; 0: any number
  registry::Audience audience(std::string_view mode) const;
};

/// What a conversation has asked for: all that is needed to find its tools again.
struct LoadWish {
  std::string mode, account;
  /// A caller's program wants no more than these, in that mode.
  std::optional<ToolNames> only;
  std::string only_in;
  /// The account that was chosen is gone: another one takes its place only when it is chosen.
  bool has_lost_account = false;
  std::vector<std::string> recent;  ///< tools, the one used last at the end
};

/// Whether this conversation's tools come and go with a mode.
bool is_gated(const LoadGround& ground);
/// Whether the tool could be loaded and listed in that mode, whatever else is. Pure.
bool may_load(const LoadGround& ground, const registry::ToolSpec& tool, const LoadWish& wish);
/// The set for what was wished, without its epoch. Over the budget, the tools that were not used
/// for longest are left out. Pure.
registry::LoadedSet load(const LoadGround& ground, const LoadWish& wish);
/// Why the mode cannot be entered, as a sentence for the caller, or nothing.
std::optional<Error> find_obstacle(const LoadGround& ground, const LoadWish& now,
                                   const std::string& mode);
/// The modes that this user may ever enter, in the packs' order.
std::vector<const registry::Mode*> modes_for(const LoadGround& ground);
/// The only account that is meant by `wanted`, all of its address or a part. NOT_FOUND; VALIDATION:
/// it is that of two.
Result<UsableAccount> find_account(const LoadGround& ground, const std::string& wanted);

}  // namespace callosum::session
