#pragma once

#include "policy/gate.hpp"

namespace callosum::policy {

/// Is this the third time within a few turns that the session asks the very same? Tools that are
/// there to be asked again (`poll`) may; a call that brings its confirmation is the end of one that
/// was made before.
class LoopBreakerGate final : public Gate {
 public:
  explicit LoopBreakerGate(int most = 2) : most_(most) {}  ///< identical calls that may run
  std::string_view name() const override { return "loop_breaker"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;

 private:
  const int most_;
};

}  // namespace callosum::policy
