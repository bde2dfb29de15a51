#include "policy/enablement.hpp"

#include <mutex>

namespace callosum::policy {

bool is_off(const registry::ToolSpec& tool, const SwitchedOff& off) {
  return off.contains(tool.id) || off.contains(tool.pack);
}

std::shared_ptr<const SwitchedOff> Enablement::of(std::string_view tenant_id) const {
  const std::shared_lock lock(mutex_);
  const auto at = tenants_.find(tenant_id);
  return at == tenants_.end() ? nullptr : at->second.off;
}

void Enablement::set(const std::string& tenant_id, SwitchedOff off, std::int64_t revision) {
  const std::unique_lock lock(mutex_);
  auto& entry = tenants_[tenant_id];
  if (revision < entry.revision) return;
  entry.revision = revision;
  entry.off = off.empty() ? nullptr : std::make_shared<const SwitchedOff>(std::move(off));
}

}  // namespace callosum::policy
