#pragma once

#include "policy/gate.hpp"

namespace callosum::policy {

/// Is it this call's turn? What its tool `requires` must have been answered in this session, for
/// the same values of the arguments that both tools have; and it must be no later a call of its
/// turn than `max_chain`. The refusal names what to call first. What a person enters at the
/// operator's door needs nothing before it.
class ChainGate final : public Gate {
 public:
  std::string_view name() const override { return "chain"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;
};

}  // namespace callosum::policy
