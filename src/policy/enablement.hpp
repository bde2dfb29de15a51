#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <shared_mutex>
#include <string>
#include <string_view>

#include "registry/loaded_set.hpp"
#include "registry/tool_spec.hpp"

namespace callosum::policy {

/// Packs and tools ("pack.tool").
using SwitchedOff = registry::LoadedSet::Names;

bool is_off(const registry::ToolSpec& tool, const SwitchedOff& off);

/// What is switched off for each tenant at this moment, for whoever decides on calls. The database
/// has the same; whoever changes it writes there first. Shared by all threads.
class Enablement {
 public:
  /// Null: nothing is off.
  std::shared_ptr<const SwitchedOff> of(std::string_view tenant_id) const;
  /// Passed over where a later revision is known already: two changes may overtake each other.
  void set(const std::string& tenant_id, SwitchedOff off, std::int64_t revision);

 private:
  struct Entry {
    std::shared_ptr<const SwitchedOff> off;
    std::int64_t revision = 0;
  };
  mutable std::shared_mutex mutex_;
  std::map<std::string, Entry, std::less<>> tenants_;
};

}  // namespace callosum::policy
