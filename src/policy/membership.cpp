#include "policy/membership.hpp"

namespace callosum::policy {

std::optional<Verdict> MembershipGate::judge(const PreparedCall& call) {
  if (call.context.is_member) return pass();
  return refuse(ErrorType::forbidden,
                "that is for members of the business; sign in as one of them");
}

}  // namespace callosum::policy
