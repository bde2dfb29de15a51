#pragma once

#include <cstddef>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

namespace callosum::tool::sql {

/// How many queries each tenant has under way, so that one tenant's storm leaves places in the
/// queue to the others. Any thread. Outlives its places.
class TenantShares {
 public:
  explicit TenantShares(std::size_t most) : most_(most) {}

  /// One query's place; given back when it goes.
  class Place {
   public:
    Place(TenantShares& shares, std::string tenant)
        : shares_(&shares), tenant_(std::move(tenant)) {}
    Place(Place&& other) noexcept
        : shares_(std::exchange(other.shares_, nullptr)), tenant_(std::move(other.tenant_)) {}
    Place& operator=(Place&&) = delete;
    ~Place() {
      if (shares_ != nullptr) shares_->give_back(tenant_);
    }

   private:
    TenantShares* shares_;
    std::string tenant_;
  };

  /// Nothing: the tenant has as many as it may.
  std::optional<Place> take(const std::string& tenant);

 private:
  void give_back(const std::string& tenant);

  const std::size_t most_;
  std::mutex mutex_;
  std::map<std::string, std::size_t> taken_;
};

}  // namespace callosum::tool::sql
