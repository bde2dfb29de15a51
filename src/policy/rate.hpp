#pragma once

#include <array>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "policy/gate.hpp"

namespace callosum::policy {

struct Rate {
  double per_minute = 0;  ///< 0: no limit
  double burst = 1;       ///< calls at once; at least 1
};

struct RateLimits {
  Rate reads{.per_minute = 120, .burst = 60};
  Rate writes{.per_minute = 30, .burst = 15};
  std::size_t max_buckets = 65'536;
};

/// Has this tenant called this tool too often of late? A token bucket for each tenant and tool,
/// shared by all sessions and threads. Where the table of buckets is full of busy ones, a read goes
/// by unmeasured and a write is refused.
class RateGate final : public Gate {
 public:
  explicit RateGate(RateLimits limits) : limits_(limits) {}
  std::string_view name() const override { return "rate"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;

  std::size_t buckets() const;

 private:
  static constexpr std::size_t kShards = 16;

  struct Bucket {
    std::string key;
    Rate rate;
    double tokens = 0;
    SteadyTime filled_at;
  };
  /// The most lately used in front.
  struct Shard {
    mutable std::mutex mutex;
    std::list<Bucket> recent;
    std::unordered_map<std::string_view, std::list<Bucket>::iterator> by_key;
  };

  /// How long to wait for a token; zero: one has been taken.
  std::chrono::nanoseconds take(const std::string& key, bool is_write, SteadyTime now);
  Bucket* find_or_make(Shard& shard, const std::string& key, bool is_write, SteadyTime now);

  const RateLimits limits_;
  std::array<Shard, kShards> shards_;
};

}  // namespace callosum::policy
