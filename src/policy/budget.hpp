#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "policy/gate.hpp"

namespace callosum::policy {

/// What one turn may spend on a channel (DESIGN "The envelope", defaults for voice).
struct TurnLimits {
  int retrieval_calls = 2;
  int calls = 3;
  std::chrono::milliseconds turn_time{0};  ///< of tools together; 0: no limit of its own
  std::uint64_t turn_bytes = 0;            ///< of results together; 0: no limit
};

/// What a whole session may spend. 0: no limit.
struct SessionLimits {
  int calls = 0;
  std::chrono::milliseconds tool_time{0};
  std::uint64_t bytes = 0;
};

struct ChannelBudget {
  TurnLimits turn;
  SessionLimits session;
};

/// Have this turn and this session calls, tool time and room left? Counts what it lets pass.
class BudgetGate final : public Gate {
 public:
  /// By channel, in the order of the enum.
  explicit BudgetGate(std::array<ChannelBudget, registry::kLimitSets> limits) : limits_(limits) {}
  std::string_view name() const override { return "budget"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;

 private:
  std::array<ChannelBudget, registry::kLimitSets> limits_;
};

}  // namespace callosum::policy
