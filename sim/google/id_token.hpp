#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <string_view>

namespace callosum::sim::google {

/// HMAC-SHA-256 (RFC 2104), the raw 32 bytes.
std::string hmac_sha256(std::string_view key, std::string_view text);

/// A JWT signed with HS256 under the client's secret (OpenID Connect Core §10.1). The service signs
/// with RS256 and publishes keys; here nobody is asked to believe it.
std::string make_id_token(const boost::json::object& claims, std::string_view client_secret);

}  // namespace callosum::sim::google
