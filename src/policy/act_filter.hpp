#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

#include "base/keyed_hash.hpp"

namespace callosum::policy {

/// Whether an act can have been done before, by one bit an act: what it calls new is new, and of
/// what is not new somebody who keeps them has to be asked. Has to hear of every act there is,
/// those of earlier processes too. Any thread.
class ActFilter {
 public:
  struct Act {
    std::string_view tenant_id, session_id, act;
  };

  /// Takes note of it. True: nobody has asked about this act before.
  bool add(const Act& act) {
    const auto bit = bit_of(act);
    const std::uint64_t mask = std::uint64_t{1} << (bit % 64);
    return (words_[bit / 64].fetch_or(mask, std::memory_order_relaxed) & mask) == 0;
  }

 private:
  // A megabyte: after a million acts one new act in nine is taken for a known one.
  static constexpr std::uint64_t kBits = std::uint64_t{1} << 23;

  std::uint64_t bit_of(const Act& act) const {
    const std::string_view parts[] = {act.tenant_id, act.session_id, act.act};
    std::uint64_t mixed = 0;
    for (const auto part : parts) mixed = mixed * 0x9E3779B97F4A7C15ULL + hash_(part);
    return (mixed ^ (mixed >> 32)) % kBits;
  }

  KeyedHash hash_;
  const std::unique_ptr<std::atomic<std::uint64_t>[]> words_ =
      std::make_unique<std::atomic<std::uint64_t>[]>(kBits / 64);
};

}  // namespace callosum::policy
