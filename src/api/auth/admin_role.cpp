#include "api/auth/admin_role.hpp"

#include "api/query.hpp"

namespace callosum::api::auth {

namespace {

using Words = std::initializer_list<std::string_view>;

Result<Principal> authenticate_role(const Authenticator& authenticator,
                                    const net::HttpRequest& request, Words roles,
                                    Words parameters) {
  auto principal = authenticator.authenticate(request);
  if (!principal) return principal;
  std::string words;
  bool has_role = false;
  for (const auto role : roles) {
    has_role = has_role || principal->has_role(role);
    words.append(words.empty() ? "" : " or ").append(role);
  }
  if (has_role && principal->kind != CredentialKind::client_secret) {
    const auto known = check_query(request, {parameters.begin(), parameters.size()});
    if (!known) return known.error();
    return principal;
  }
  return fail(ErrorType::forbidden, "this needs the role " + words +
                                        ", of a token or an API key; a client secret never has it");
}

}  // namespace

Result<Principal> authenticate_admin(const Authenticator& authenticator,
                                     const net::HttpRequest& request,
                                     std::initializer_list<std::string_view> parameters) {
  return authenticate_role(authenticator, request, {"admin", "operator"}, parameters);
}

Result<Principal> authenticate_operator(const Authenticator& authenticator,
                                        const net::HttpRequest& request) {
  return authenticate_role(authenticator, request, {"operator"}, {});
}

}  // namespace callosum::api::auth
