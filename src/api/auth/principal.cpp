#include "api/auth/principal.hpp"

#include <algorithm>

namespace callosum::api::auth {

std::string_view to_string(CredentialKind kind) {
  switch (kind) {
    case CredentialKind::jwt:
      return "jwt";
    case CredentialKind::api_key:
      return "api_key";
    case CredentialKind::client_secret:
      return "client_secret";
  }
  return "jwt";
}

bool Principal::is_member_of(std::string_view tenant) const {
  return std::find(tenants.begin(), tenants.end(), tenant) != tenants.end();
}

bool Principal::has_role(std::string_view role) const {
  return std::find(roles.begin(), roles.end(), role) != roles.end();
}

}  // namespace callosum::api::auth
