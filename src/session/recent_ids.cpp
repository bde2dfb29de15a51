#include "session/recent_ids.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace callosum::session {
namespace {

constexpr std::size_t kFirstSlots = 16;

std::uint64_t hash_of(std::string_view id) {
  const std::uint64_t hash = std::hash<std::string_view>{}(id);
  return hash == 0 ? 1 : hash;
}

}  // namespace

bool RecentIds::Table::contains(std::uint64_t hash) const {
  if (slots.empty()) return false;
  for (std::size_t at = hash & (slots.size() - 1); slots[at] != 0; at = (at + 1) % slots.size()) {
    if (slots[at] == hash) return true;
  }
  return false;
}

void RecentIds::Table::insert(std::uint64_t hash) {
  if (slots.size() < 2 * (used + 1)) {
    auto before = std::exchange(slots, {});
    slots.resize(before.empty() ? kFirstSlots : 2 * before.size());
    used = 0;
    for (const auto each : before) {
      if (each != 0) insert(each);
    }
  }
  std::size_t at = hash & (slots.size() - 1);
  while (slots[at] != 0) at = (at + 1) % slots.size();
  slots[at] = hash;
  ++used;
}

void RecentIds::Table::clear() {
  std::fill(slots.begin(), slots.end(), 0);
  used = 0;
}

bool RecentIds::contains(std::string_view id) const {
  const auto hash = hash_of(id);
  return young_.contains(hash) || old_.contains(hash);
}

bool RecentIds::insert(std::string_view id) {
  const auto hash = hash_of(id);
  if (young_.contains(hash)) return false;
  const bool is_known = old_.contains(hash);
  if (young_.used >= keep_) {
    std::swap(young_, old_);  // whose memory is used again
    young_.clear();
  }
  young_.insert(hash);  // seen again is seen lately
  return !is_known;
}

}  // namespace callosum::session
