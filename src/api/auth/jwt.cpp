#include "api/auth/jwt.hpp"

#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <memory>

extern "C" {
#include <jwt.h>
}

#include "api/auth/claims.hpp"
#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::api::auth {
namespace {

struct FreeJwt {
  void operator()(jwt_t* jwt) const { jwt_free(jwt); }
};
using JwtPtr = std::unique_ptr<jwt_t, FreeJwt>;

jwt_alg_t to_libjwt(JwtAlgorithm algorithm) {
  switch (algorithm) {
    case JwtAlgorithm::hs256:
      return JWT_ALG_HS256;
    case JwtAlgorithm::rs256:
      return JWT_ALG_RS256;
    case JwtAlgorithm::es256:
      return JWT_ALG_ES256;
  }
  return JWT_ALG_HS256;
}

const unsigned char* bytes_of(const Secret& key) {
  return reinterpret_cast<const unsigned char*>(key.reveal().data());
}

/// One segment as a JSON object, by the same strict rules as everything from outside.
Result<json::object> decode_segment(std::string_view segment, const char* name) {
  std::vector<std::uint8_t> bytes;
  if (segment.empty() || !decode_base64url(segment, bytes)) {
    return not_authenticated(std::string(name) + " is not base64url");
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  auto value = parse_strict(text, {.max_bytes = kMaxTokenBytes, .max_depth = 8});
  if (!value || !value->is_object()) {
    return not_authenticated(std::string(name) + " is no JSON object: " +
                             (value ? "another kind of value" : value.error().message));
  }
  return std::move(value->get_object());
}

Result<void> check_header(const json::object& header, JwtAlgorithm algorithm) {
  if (text_at(header, "alg") != to_string(algorithm)) {
    return not_authenticated("header names another algorithm than the configured " +
                             std::string(to_string(algorithm)));
  }
  // RFC 7515 section 4.1.11: what we do not understand must not be ignored.
  if (header.contains("crit")) return not_authenticated("header has critical extensions");
  return {};
}

Result<void> check_signature(std::string_view token, const JwtRules& rules) {
  const std::string text(token);
  jwt_t* raw = nullptr;
  const int code = jwt_decode(&raw, text.c_str(), bytes_of(rules.key),
                              static_cast<int>(rules.key.reveal().size()));
  const JwtPtr jwt(raw);
  // Asked again of the library: what it verified must be what was pinned.
  if (code != 0 || !jwt || jwt_get_alg(jwt.get()) != to_libjwt(rules.algorithm)) {
    return not_authenticated("the signature does not fit the key");
  }
  return {};
}

}  // namespace

Error not_authenticated(std::string detail) {
  return fail(ErrorType::auth, "not authenticated: a valid token or key is needed",
              std::move(detail));
}

Result<Principal> verify_token(std::string_view token, const JwtRules& rules, WallTime now) {
  if (token.size() > kMaxTokenBytes) return not_authenticated("token is larger than 8 KiB");
  const auto segments = split(token, '.');
  if (segments.size() != 3) return not_authenticated("token has not three parts");

  const auto header = decode_segment(segments[0], "header");
  if (!header) return header.error();
  const auto pinned = check_header(*header, rules.algorithm);
  if (!pinned) return pinned.error();
  const auto claims = decode_segment(segments[1], "payload");
  if (!claims) return claims.error();
  std::vector<std::uint8_t> signature;
  if (segments[2].empty() || !decode_base64url(segments[2], signature)) {
    return not_authenticated("signature is not base64url");
  }
  const auto signed_well = check_signature(token, rules);
  if (!signed_well) return signed_well.error();
  return read_claims(*claims, rules, now);
}

Result<std::string> mint_token(const json::object& claims, const Secret& key,
                               JwtAlgorithm algorithm) {
  const auto checked = check_signing_key(key.reveal(), algorithm);
  if (!checked) return checked.error();

  jwt_t* raw = nullptr;
  if (jwt_new(&raw) != 0) return fail(ErrorType::internal, "out of memory");
  const JwtPtr jwt(raw);
  const std::string text = json::serialize(claims);
  const bool ready = jwt_add_grants_json(jwt.get(), text.c_str()) == 0 &&
                     jwt_set_alg(jwt.get(), to_libjwt(algorithm), bytes_of(key),
                                 static_cast<int>(key.reveal().size())) == 0;
  const std::unique_ptr<char, decltype(&std::free)> encoded(
      ready ? jwt_encode_str(jwt.get()) : nullptr, &std::free);
  if (!encoded) {
    return fail(ErrorType::validation,
                "the key cannot sign with " + std::string(to_string(algorithm)));
  }
  return std::string(encoded.get());
}

}  // namespace callosum::api::auth
