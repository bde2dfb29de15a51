#include "policy/ownership.hpp"

namespace callosum::policy {

boost::asio::awaitable<Verdict> OwnershipGate::ask(const PreparedCall& call) {
  const auto& context = call.context;
  if (context.is_provider_planned &&
      context.tool_ownership == registry::ToolOwnership::transport_only) {
    co_return refuse(ErrorType::forbidden,
                     "the model of this session only speaks; it plans no calls");
  }
  co_return pass();
}

}  // namespace callosum::policy
