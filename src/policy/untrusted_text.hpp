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
    version_ += has_come_ ? 0 : 1;
    has_come_ = true;
  }
  bool has_come() const { return has_come_; }
  const std::vector<std::string>& swayed() const { return swayed_; }
  /// Another number whenever one of them is.
  std::uint64_t version() const { return version_; }
  /// Of an earlier connection of the session; turns are counted anew.
  void restore(const std::vector<std::string>& swayed) {
    came_in(0);
    for (const auto& act : swayed) remember(act);
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
    ++version_;
  }

  bool has_come_ = false;
  std::uint64_t latest_ = 0;  // turn
  std::uint64_t version_ = 0;
  std::vector<std::string> swayed_;
};

}  // namespace callosum::policy
