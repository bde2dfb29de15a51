#include "policy/membership.hpp"

#include <algorithm>

namespace callosum::policy {

boost::asio::awaitable<Verdict> MembershipGate::ask(const PreparedCall& call) {
  const auto& context = call.context;
  if (!context.is_member) co_return refuse(ErrorType::forbidden, "you are not allowed to do that");
  const auto& wanted = call.tool->roles;
  const bool has_role =
      wanted.empty() || std::any_of(wanted.begin(), wanted.end(), [&](const std::string& role) {
        return std::find(context.roles.begin(), context.roles.end(), role) != context.roles.end();
      });
  if (!has_role) {
    co_return refuse(ErrorType::forbidden, "that needs a role that you do not have");
  }
  if (context.assurance < call.tool->min_assurance) {
    co_return refuse(ErrorType::forbidden,
                     call.tool->min_assurance == registry::Assurance::verified
                         ? "please confirm who you are first"
                         : "that needs a call from a number we can recognise");
  }
  co_return pass();
}

}  // namespace callosum::policy
