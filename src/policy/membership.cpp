#include "policy/membership.hpp"

namespace callosum::policy {

std::optional<Verdict> MembershipGate::judge(const PreparedCall& call) {
  if (call.context.is_member) return pass();
  return refuse(ErrorType::forbidden, "you are not allowed to do that");
}

}  // namespace callosum::policy
