#include "api/auth/admin_role.hpp"

#include "api/query.hpp"

namespace callosum::api::auth {

Result<Principal> authenticate_admin(const Authenticator& authenticator,
                                     const net::HttpRequest& request,
                                     std::initializer_list<std::string_view> parameters) {
  auto principal = authenticator.authenticate(request);
  if (!principal) return principal;
  const bool has_role = principal->has_role("admin") || principal->has_role("operator");
  if (has_role && principal->kind != CredentialKind::client_secret) {
    const auto known = check_query(request, {parameters.begin(), parameters.size()});
    if (!known) return known.error();
    return principal;
  }
  return fail(ErrorType::forbidden,
              "this needs the role admin or operator, of a token or an API key; a client secret "
              "never has it");
}

}  // namespace callosum::api::auth
