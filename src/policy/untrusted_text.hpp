#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace callosum::policy {

/// After text that strangers wrote has come into a conversation, what goes outside asks for more
/// consent: in the turn in which it came, in all of the session, or never.
enum class AfterUntrusted : std::uint8_t { turn, session, off };

/// What strangers wrote that has come into a session, and what was asked of it then. Belongs to the
/// session's thread.
class UntrustedText {
 public:
  void came_in(std::uint64_t turn) {
    latest_ = has_come_ ? std::max(latest_, turn) : turn;
    has_come_ = true;
  }
  /// Whether this act, in this turn, is under its influence. One that ever was stays so: asking for
  /// it again a turn later is no way around.
  bool sways(AfterUntrusted scope, std::uint64_t turn, std::string_view act) {
    if (!has_come_ || scope == AfterUntrusted::off) return false;
    if (scope == AfterUntrusted::session || turn <= latest_) {
      remember(act);
      return true;
    }
    return std::find(swayed_.begin(), swayed_.end(), act) != swayed_.end();
  }

 private:
  static constexpr std::size_t kMaxSwayed = 64;  // the oldest goes

  void remember(std::string_view act) {
    if (std::find(swayed_.begin(), swayed_.end(), act) != swayed_.end()) return;
    if (swayed_.size() >= kMaxSwayed) swayed_.erase(swayed_.begin());
    swayed_.emplace_back(act);
  }

  bool has_come_ = false;
  std::uint64_t latest_ = 0;  // turn
  std::vector<std::string> swayed_;
};

}  // namespace callosum::policy
