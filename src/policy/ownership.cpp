#include "policy/ownership.hpp"

namespace callosum::policy {

std::optional<Verdict> OwnershipGate::judge(const PreparedCall& call) {
  const auto& context = call.context;
  if (context.is_provider_planned &&
      context.tool_ownership == registry::ToolOwnership::transport_only) {
    return refuse(
        ErrorType::forbidden,
        "the model of this session only speaks; calls are for the service that it speaks for");
  }
  return pass();
}

}  // namespace callosum::policy
