#pragma once

#include "policy/gate.hpp"

namespace callosum::policy {

/// Is the tool in the snapshot that this session pinned? The refusal lists no names.
class KnownGate final : public Gate {
 public:
  std::string_view name() const override { return "known"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;
};

}  // namespace callosum::policy
