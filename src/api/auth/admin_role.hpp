#pragma once

#include <initializer_list>
#include <string_view>

#include "api/auth/authenticator.hpp"

namespace callosum::api::auth {

/// Who may use the operator's routes, by a credential of their own. AUTH without one; FORBIDDEN, in
/// one wording, without the role and for client secrets: those are in browsers. Only then
/// VALIDATION for a query with anything but `parameters`.

/// For what is of one business: the role `admin`, which is of the businesses that its holder
/// belongs to, or `operator`.
Result<Principal> authenticate_admin(const Authenticator& authenticator,
                                     const net::HttpRequest& request,
                                     std::initializer_list<std::string_view> parameters = {});
/// For what is of all businesses: the role `operator`. No parameters.
Result<Principal> authenticate_operator(const Authenticator& authenticator,
                                        const net::HttpRequest& request);

}  // namespace callosum::api::auth
