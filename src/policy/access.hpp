#pragma once

#include "policy/gate.hpp"

namespace callosum::policy {

/// What do these very arguments do, and does the session's access mode allow that?
class AccessGate final : public Gate {
 public:
  std::string_view name() const override { return "access"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;
};

}  // namespace callosum::policy
