#pragma once

#include "policy/gate.hpp"

namespace callosum::policy {

/// Are we as sure of who is on the line as the tool asks for?
class AssuranceGate final : public Gate {
 public:
  std::string_view name() const override { return "assurance"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;
};

}  // namespace callosum::policy
