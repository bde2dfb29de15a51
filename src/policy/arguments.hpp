#pragma once

#include "policy/gate.hpp"

namespace callosum::policy {

/// Are the arguments readable, free of bound parameters with foreign values, and as the schema
/// says? The refusal carries hints that a model can act on.
class ArgumentsGate final : public Gate {
 public:
  std::string_view name() const override { return "arguments"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;
};

}  // namespace callosum::policy
