#include "session/usual_times.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace callosum::session {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLeastFiller{100};

/// The smallest that so many of a hundred do not exceed.
milliseconds percentile(const std::vector<std::uint32_t>& sorted, std::size_t percent) {
  const auto rank = (sorted.size() * percent + 99) / 100;
  return milliseconds(sorted[std::max<std::size_t>(rank, 1) - 1]);
}

}  // namespace

std::string UsualTimes::key_of(std::string_view tenant_id, std::string_view tool) {
  std::string key(tenant_id);
  key += '\n';
  key += tool;
  return key;
}

void UsualTimes::note(std::string_view tenant_id, std::string_view tool, Span took) {
  constexpr milliseconds::rep kLongest = std::numeric_limits<std::uint32_t>::max();
  const auto ms = std::clamp<milliseconds::rep>(took.count(), 0, kLongest);
  auto key = key_of(tenant_id, tool);
  const std::scoped_lock lock(mutex_);
  if (calls_.size() >= kMost && !calls_.contains(key)) calls_.erase(calls_.begin());
  auto& calls = calls_[std::move(key)];
  calls.took[calls.count++ % kLatest] = static_cast<std::uint32_t>(ms);
}

std::optional<UsualTimes::Usual> UsualTimes::find(std::string_view tenant_id,
                                                  std::string_view tool) const {
  std::vector<std::uint32_t> known;
  {
    const std::scoped_lock lock(mutex_);
    const auto at = calls_.find(key_of(tenant_id, tool));
    if (at == calls_.end() || at->second.count < kLeast) return std::nullopt;
    const auto& took = at->second.took;
    const auto count = std::min(at->second.count, kLatest);
    known.assign(took.begin(), took.begin() + static_cast<std::ptrdiff_t>(count));
  }
  std::sort(known.begin(), known.end());
  return Usual{percentile(known, 50), percentile(known, 95)};
}

milliseconds filler_time(milliseconds most, const std::optional<UsualTimes::Usual>& usual) {
  if (most.count() <= 0 || !usual) return most;
  return std::min(most, std::max(usual->p95, kLeastFiller));
}

}  // namespace callosum::session
