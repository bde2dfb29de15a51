#include "policy/rate.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace callosum::policy {
namespace {

using Seconds = std::chrono::duration<double>;

// A full table is searched no further than this for a bucket that nobody needs any more.
constexpr int kLookedAt = 8;
constexpr double kOneToken = 1 - 1e-9;  // as doubles add up

double burst_of(const Rate& rate) { return std::max(rate.burst, 1.0); }

template <class Bucket>
void refill(Bucket& bucket, SteadyTime now) {
  if (now <= bucket.filled_at) return;  // another thread has looked at the clock later
  const double minutes = Seconds(now - bucket.filled_at).count() / 60;
  bucket.tokens = std::min(burst_of(bucket.rate), bucket.tokens + minutes * bucket.rate.per_minute);
  bucket.filled_at = now;
}

std::string spoken(std::chrono::nanoseconds wait) {
  const auto seconds = static_cast<long>(std::ceil(Seconds(wait).count()));
  if (seconds <= 1) return "in a second";
  if (seconds < 90) return "in " + std::to_string(seconds) + " seconds";
  return "in " + std::to_string((seconds + 59) / 60) + " minutes";
}

}  // namespace

std::optional<Verdict> RateGate::judge(const PreparedCall& call) {
  const bool is_write = call.access != registry::Access::read;
  const auto& rate = is_write ? limits_.writes : limits_.reads;
  if (rate.per_minute <= 0) return pass();
  std::string key = call.context.tenant_id;
  key += is_write ? '!' : '?';
  key += call.tool->name;
  const auto wait = take(key, is_write, call.deadline.time().now());
  if (wait.count() == 0) return pass();
  auto verdict = refuse(ErrorType::rate_limit,
                        "that was asked for too often just now; try again " + spoken(wait));
  verdict.refusal->extra["retry_after_ms"] =
      std::chrono::ceil<std::chrono::milliseconds>(wait).count();
  return verdict;
}

std::chrono::nanoseconds RateGate::take(const std::string& key, bool is_write, SteadyTime now) {
  auto& shard = shards_[std::hash<std::string_view>()(key) % kShards];
  const std::lock_guard lock(shard.mutex);
  auto* bucket = find_or_make(shard, key, is_write, now);
  if (!bucket) return is_write ? std::chrono::minutes(1) : std::chrono::nanoseconds(0);
  refill(*bucket, now);
  if (bucket->tokens >= kOneToken) {
    bucket->tokens -= 1;
    return std::chrono::nanoseconds(0);
  }
  const Seconds wait((1 - bucket->tokens) * 60 / bucket->rate.per_minute);
  return std::max(std::chrono::ceil<std::chrono::nanoseconds>(wait), std::chrono::nanoseconds(1));
}

RateGate::Bucket* RateGate::find_or_make(Shard& shard, const std::string& key, bool is_write,
                                         SteadyTime now) {
  auto& recent = shard.recent;
  if (const auto at = shard.by_key.find(key); at != shard.by_key.end()) {
    recent.splice(recent.begin(), recent, at->second);
    return &recent.front();
  }
  if (recent.size() >= std::max<std::size_t>(1, limits_.max_buckets / kShards)) {
    // Only a full bucket may go: who has spent his must not find it full again.
    auto at = recent.end();
    bool is_full = false;
    for (int i = 0; i < kLookedAt && at != recent.begin() && !is_full; ++i) {
      refill(*--at, now);
      is_full = at->tokens >= burst_of(at->rate);
    }
    if (!is_full) return nullptr;
    shard.by_key.erase(at->key);
    recent.erase(at);
  }
  const auto& rate = is_write ? limits_.writes : limits_.reads;
  recent.push_front({key, rate, burst_of(rate), now});
  shard.by_key.emplace(recent.front().key, recent.begin());
  return &recent.front();
}

std::size_t RateGate::buckets() const {
  std::size_t sum = 0;
  for (const auto& shard : shards_) {
    const std::lock_guard lock(shard.mutex);
    sum += shard.recent.size();
  }
  return sum;
}

}  // namespace callosum::policy
