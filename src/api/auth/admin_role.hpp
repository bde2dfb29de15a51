#pragma once

#include <initializer_list>
#include <string_view>

#include "api/auth/authenticator.hpp"

namespace callosum::api::auth {

/// Who may use the operator's routes: the role `admin` or `operator`, by a credential of their own.
/// AUTH without a credential; FORBIDDEN, in one wording, without the role and for client secrets:
/// those are in browsers. Only then VALIDATION for a query with anything but `parameters`.
Result<Principal> authenticate_admin(const Authenticator& authenticator,
                                     const net::HttpRequest& request,
                                     std::initializer_list<std::string_view> parameters = {});

}  // namespace callosum::api::auth
