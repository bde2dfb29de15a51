#pragma once

#include "api/auth/authenticator.hpp"

namespace callosum::api::auth {

/// Who may use the operator's routes: the role `admin` or `operator`, by a credential of their own.
/// AUTH without a credential; FORBIDDEN, in one wording, without the role and for client secrets:
/// those are in browsers.
Result<Principal> authenticate_admin(const Authenticator& authenticator,
                                     const net::HttpRequest& request);

}  // namespace callosum::api::auth
