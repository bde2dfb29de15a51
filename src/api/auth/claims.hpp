#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "api/auth/keys.hpp"
#include "api/auth/principal.hpp"
#include "base/result.hpp"

namespace callosum::api::auth {

/// What the claims of a token with a good signature say at `now`: times, issuer and audience as the
/// rules want them, every claim of its type and size. AUTH otherwise.
Result<Principal> read_claims(const boost::json::object& claims, const JwtRules& rules,
                              WallTime now);

}  // namespace callosum::api::auth
