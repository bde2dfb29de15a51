#include "policy/assurance.hpp"

namespace callosum::policy {

std::optional<Verdict> AssuranceGate::judge(const PreparedCall& call) {
  const auto wanted = call.tool->min_assurance;
  if (call.context.assurance >= wanted) return pass();
  return refuse(ErrorType::forbidden, wanted == registry::Assurance::verified
                                          ? "please confirm who you are first"
                                          : "that needs a call from a number we can recognise");
}

}  // namespace callosum::policy
