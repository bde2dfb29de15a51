#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

#include "api/auth/keys.hpp"
#include "api/auth/principal.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"

namespace callosum::api::auth {

inline constexpr std::size_t kMaxTokenBytes = 8 * 1024;

/// The principal of a JWT (claims of DESIGN section 12), checked at `now`. Every failure is AUTH
/// with the same message; `detail` says why, without any part of the token.
Result<Principal> verify_token(std::string_view token, const JwtRules& rules, WallTime now);

/// A signed token with exactly these claims. VALIDATION where the key does not fit the algorithm.
Result<std::string> mint_token(const boost::json::object& claims, const Secret& key,
                               JwtAlgorithm algorithm);

/// AUTH, always in the same words to the outside.
Error not_authenticated(std::string detail);

}  // namespace callosum::api::auth
