#pragma once

#include <array>
#include <chrono>
#include <cstddef>

#include "policy/gate.hpp"

namespace callosum::policy {

/// What one turn may spend on a channel (DESIGN "The envelope", defaults for voice).
struct TurnLimits {
  int retrieval_calls = 2;
  int calls = 3;
  std::chrono::milliseconds turn_time{0};  ///< of tools together; 0: no limit of its own
};

/// Has this turn calls and tool time left? Counts what it lets pass.
class TurnBudgetGate final : public Gate {
 public:
  /// By channel, in the order of the enum.
  explicit TurnBudgetGate(std::array<TurnLimits, 3> limits) : limits_(limits) {}
  std::string_view name() const override { return "turn_budget"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;

 private:
  std::array<TurnLimits, 3> limits_;
};

}  // namespace callosum::policy
