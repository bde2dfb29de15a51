#pragma once

#include "api/auth/authenticator.hpp"

namespace callosum::api::auth {

/// Who may change the gateway itself, not only one tenant's data: the role `admin` or `operator`,
/// by a credential of their own. AUTH without a credential, FORBIDDEN without the role, and for
/// client secrets: those are in browsers.
Result<Principal> authenticate_admin(const Authenticator& authenticator,
                                     const net::HttpRequest& request);

}  // namespace callosum::api::auth
