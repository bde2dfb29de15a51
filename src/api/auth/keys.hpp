#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/encoding.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "config/config.hpp"

namespace callosum::api::auth {

enum class JwtAlgorithm : std::uint8_t { hs256, rs256, es256 };
std::string_view to_string(JwtAlgorithm algorithm);  ///< "HS256"
std::optional<JwtAlgorithm> parse_algorithm(std::string_view word);

/// How tokens must be signed and what they must say. The algorithm is ours, never the token's.
struct JwtRules {
  JwtAlgorithm algorithm = JwtAlgorithm::hs256;
  Secret key;            ///< HS256: the shared bytes; else a PEM public key
  std::string issuer;    ///< empty: not checked
  std::string audience;  ///< empty: not checked
};

struct ApiKey {
  Sha256 hash{};
  std::string subject;
  std::vector<std::string> tenants;
  std::vector<std::string> roles;
};

struct AuthKeys {
  std::optional<JwtRules> jwt;  ///< empty: no JWT is accepted
  std::vector<ApiKey> api_keys;
};

/// Reads and checks every key that the configuration names. VALIDATION says which one is wrong and
/// what to do.
Result<AuthKeys> load_auth_keys(const config::AuthConfig& config);

/// What a verifier needs: HS256 at least 32 bytes that are no PEM; RS256 a PEM public key of at
/// least 2048 bits; ES256 one on P-256. VALIDATION names the mistake.
Result<void> check_verifying_key(std::string_view key, JwtAlgorithm algorithm);
/// What a signer needs: the same HS256 key, else an unencrypted PEM private key.
Result<void> check_signing_key(std::string_view key, JwtAlgorithm algorithm);

/// A key file of at most 16 KiB, without the line end an editor left.
Result<Secret> read_key_file(const std::string& path);

}  // namespace callosum::api::auth
