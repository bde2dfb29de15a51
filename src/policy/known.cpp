#include "policy/known.hpp"

namespace callosum::policy {

boost::asio::awaitable<Verdict> KnownGate::ask(const PreparedCall& call) {
  if (!call.tool) co_return refuse(ErrorType::not_found, "there is no such tool");
  co_return pass();
}

}  // namespace callosum::policy
