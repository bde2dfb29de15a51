#include "tool/sql/tenant_shares.hpp"

namespace callosum::tool::sql {

std::optional<TenantShares::Place> TenantShares::take(const std::string& tenant) {
  {
    const std::lock_guard lock(mutex_);
    auto& taken = taken_[tenant];
    if (taken >= most_) return std::nullopt;
    ++taken;
  }
  return Place(*this, tenant);
}

void TenantShares::give_back(const std::string& tenant) {
  const std::lock_guard lock(mutex_);
  const auto found = taken_.find(tenant);
  if (--found->second == 0) taken_.erase(found);
}

}  // namespace callosum::tool::sql
