#include "policy/known.hpp"

namespace callosum::policy {

std::optional<Verdict> KnownGate::judge(const PreparedCall& call) {
  if (!call.tool)
    return refuse(ErrorType::not_found, "there is no such tool; use one of those that are offered");
  return pass();
}

}  // namespace callosum::policy
