#pragma once

#include "policy/gate.hpp"

namespace callosum::policy {

/// Has the principal one of the roles that the tool asks for?
class RoleGate final : public Gate {
 public:
  std::string_view name() const override { return "role"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;
};

}  // namespace callosum::policy
