#include "policy/access.hpp"

namespace callosum::policy {

std::optional<Verdict> AccessGate::judge(const PreparedCall& call) {
  using registry::Access;
  if (call.access == Access::destructive && call.context.is_realtime) {
    return refuse(ErrorType::destructive_blocked,
                  "that cannot be done in a live conversation; a person has to do it");
  }
  const bool changes = call.access != Access::read;
  if (changes && call.access_mode() == registry::AccessMode::read_only) {
    return refuse(ErrorType::forbidden,
                  "this conversation can look things up but change nothing; a person has to do it");
  }
  return pass();
}

}  // namespace callosum::policy
