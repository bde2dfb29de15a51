#include "api/auth/admin_role.hpp"

namespace callosum::api::auth {

Result<Principal> authenticate_admin(const Authenticator& authenticator,
                                     const net::HttpRequest& request) {
  auto principal = authenticator.authenticate(request);
  if (!principal) return principal;
  if (principal->kind == CredentialKind::client_secret) {
    return fail(ErrorType::forbidden, "a client secret cannot do this; use a token or an API key");
  }
  if (!principal->has_role("admin") && !principal->has_role("operator")) {
    return fail(ErrorType::forbidden, "this needs the role admin");
  }
  return principal;
}

}  // namespace callosum::api::auth
