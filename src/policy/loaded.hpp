#pragma once

#include "policy/enablement.hpp"
#include "policy/gate.hpp"

namespace callosum::policy {

/// Was the tool at hand when the call was issued: switched on for the tenant, of the session's
/// mode, loaded in that epoch, with the account it needs? A person who runs a tool at the
/// operator's door has no session that could have loaded it: for him only the tenant's switch
/// counts.
class LoadedGate final : public Gate {
 public:
  /// `enablement` outlives it; null: only the call's own set counts.
  explicit LoadedGate(const Enablement* enablement = nullptr) : enablement_(enablement) {}
  std::string_view name() const override { return "loaded"; }
  std::optional<Verdict> judge(const PreparedCall& call) override;

 private:
  const Enablement* enablement_;
};

}  // namespace callosum::policy
