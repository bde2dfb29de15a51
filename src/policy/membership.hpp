#pragma once

#include "policy/gate.hpp"

namespace callosum::policy {

/// Does the principal belong to the tenant?
class MembershipGate final : public Gate {
 public:
  std::string_view name() const override { return "membership"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;
};

}  // namespace callosum::policy
