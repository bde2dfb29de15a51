#include "policy/assurance.hpp"

namespace callosum::policy {

boost::asio::awaitable<Verdict> AssuranceGate::ask(const PreparedCall& call) {
  const auto wanted = call.tool->min_assurance;
  if (call.context.assurance >= wanted) co_return pass();
  co_return refuse(ErrorType::forbidden, wanted == registry::Assurance::verified
                                             ? "please confirm who you are first"
                                             : "that needs a call from a number we can recognise");
}

}  // namespace callosum::policy
