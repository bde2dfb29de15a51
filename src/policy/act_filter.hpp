#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

namespace callosum::policy {

/// Whether an act can have been done before, by one bit an act: what it calls new is new, and of
/// what is not new somebody who keeps them has to be asked. Has to hear of every act there is,
/// those of earlier processes too. Any thread.
class ActFilter {
 public:
  /// Takes note of it, by the short keys of tenant and session and of the act. True: nobody has
  /// asked about this act before.
  bool add(std::int64_t session_short, std::int64_t act_short) {
    const auto bit = bit_of(session_short, act_short);
    const std::uint64_t mask = std::uint64_t{1} << (bit % 64);
    return (words_[bit / 64].fetch_or(mask, std::memory_order_relaxed) & mask) == 0;
  }

 private:
  // A megabyte: after a million acts one new act in nine is taken for a known one.
  static constexpr std::uint64_t kBits = std::uint64_t{1} << 23;

  static std::uint64_t bit_of(std::int64_t session_short, std::int64_t act_short) {
    const auto mixed = static_cast<std::uint64_t>(session_short) * 0x9E3779B97F4A7C15ULL +
                       static_cast<std::uint64_t>(act_short);
    return (mixed ^ (mixed >> 32)) % kBits;
  }

  const std::unique_ptr<std::atomic<std::uint64_t>[]> words_ =
      std::make_unique<std::atomic<std::uint64_t>[]>(kBits / 64);
};

}  // namespace callosum::policy
