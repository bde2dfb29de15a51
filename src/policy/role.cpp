#include "policy/role.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace callosum::policy {

std::optional<Verdict> RoleGate::judge(const PreparedCall& call) {
  const auto& wanted = call.tool->roles;
  const auto& roles = call.context.roles;
  const bool has_role =
      wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const std::string& role) {
        return std::find(roles.begin(), roles.end(), role) != roles.end();
      });
  if (has_role) return pass();
  return refuse(ErrorType::forbidden, "that needs somebody with the role " + join(wanted, " or "));
}

}  // namespace callosum::policy
