#pragma once

#include "policy/gate.hpp"

namespace callosum::policy {

/// May this session's provider plan calls at all? A transport-only session's may not.
class OwnershipGate final : public Gate {
 public:
  std::string_view name() const override { return "ownership"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;
};

}  // namespace callosum::policy
