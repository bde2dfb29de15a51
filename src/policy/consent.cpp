#include "policy/consent.hpp"

namespace callosum::policy {

boost::asio::awaitable<Verdict> ConsentGate::ask(const PreparedCall& call) {
  const auto& context = call.context;
  if (!context.is_realtime && !context.is_provider_planned) co_return pass();
  if (call.tool->confirmation != registry::Confirmation::none) {
    co_return refuse(ErrorType::confirmation_required,
                     "that needs a confirmation, which cannot be taken here yet; a person has to "
                     "do it");
  }
  const bool changes = call.access != registry::Access::read;
  if (changes && call.access_mode() == registry::AccessMode::propose_actions) {
    co_return refuse(ErrorType::forbidden,
                     "changes are only proposed in this conversation, and no proposal can be kept "
                     "here yet; a person has to do it");
  }
  co_return pass();
}

}  // namespace callosum::policy
