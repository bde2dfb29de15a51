#include "api/auth/keys.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "base/text.hpp"

namespace callosum::api::auth {
namespace {

constexpr std::size_t kMaxKeyBytes = 16 * 1024;
constexpr std::size_t kMinSharedBytes = 32;    // RFC 7518 section 3.2
constexpr std::size_t kMinRsaSpkiBytes = 290;  // SubjectPublicKeyInfo of 2048 bits is 294 bytes
constexpr std::string_view kRsaOid = "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01";
constexpr std::string_view kEcOid = "\x2a\x86\x48\xce\x3d\x02\x01";
constexpr std::string_view kP256Oid = "\x2a\x86\x48\xce\x3d\x03\x01\x07";

Error wrong(std::string message) { return fail(ErrorType::validation, std::move(message)); }

/// The DER bytes between the first "-----BEGIN PUBLIC KEY-----" and its end; empty where there is
/// none.
std::string public_der(std::string_view pem) {
  constexpr std::string_view kBegin = "-----BEGIN PUBLIC KEY-----";
  constexpr std::string_view kEnd = "-----END PUBLIC KEY-----";
  const auto begin = pem.find(kBegin);
  const auto end = pem.find(kEnd);
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) return {};
  std::string text;
  for (const char c : pem.substr(begin + kBegin.size(), end - begin - kBegin.size())) {
    if (c != '\n' && c != '\r' && c != ' ' && c != '\t') text += c;
  }
  std::vector<std::uint8_t> bytes;
  if (!decode_base64(text, bytes)) return {};
  return std::string(bytes.begin(), bytes.end());
}

Result<void> check_shared_key(std::string_view key) {
  // A public key is no secret: taken as one, everybody could sign.
  if (key.find("-----BEGIN") != std::string_view::npos) {
    return wrong("HS256 wants a shared secret, but this is a PEM key; for it use RS256 or ES256");
  }
  if (key.size() < kMinSharedBytes) {
    return wrong("an HS256 key has at least 32 bytes; make one with: openssl rand -hex 32");
  }
  return {};
}

Result<void> check_public_key(std::string_view key, JwtAlgorithm algorithm) {
  const auto has = [&](std::string_view text) { return key.find(text) != std::string_view::npos; };
  if (has("PRIVATE KEY-----")) {
    return wrong("this is a private key; the gateway only verifies: openssl pkey -pubout -in FILE");
  }
  if (has("-----BEGIN CERTIFICATE-----")) {
    return wrong("this is a certificate; take its key: openssl x509 -pubkey -noout -in FILE");
  }
  const std::string der = public_der(key);
  if (der.empty()) return wrong("expected a PEM public key (-----BEGIN PUBLIC KEY-----)");

  // The algorithm identifier stands at the front of a SubjectPublicKeyInfo (RFC 5280 section 4.1).
  const std::string head = der.substr(0, 32);
  const bool rsa = head.find(kRsaOid) != std::string::npos;
  const bool p256 =
      head.find(kEcOid) != std::string::npos && head.find(kP256Oid) != std::string::npos;
  if (algorithm == JwtAlgorithm::es256 && !p256) {
    return wrong("ES256 wants a public key on the curve P-256 (prime256v1)");
  }
  if (algorithm == JwtAlgorithm::rs256 && !rsa) return wrong("RS256 wants an RSA public key");
  if (algorithm == JwtAlgorithm::rs256 && der.size() < kMinRsaSpkiBytes) {
    return wrong("RS256 wants an RSA key of at least 2048 bits");
  }
  return {};
}

Result<JwtRules> load_jwt_rules(const config::JwtConfig& config) {
  const auto algorithm = parse_algorithm(config.algorithm);
  if (!algorithm) return wrong("auth.jwt.algorithm: expected HS256, RS256 or ES256");
  JwtRules rules{*algorithm, config.key, config.issuer, config.audience};
  const std::string key_name = config.key_file.empty() ? "auth.jwt.key" : "auth.jwt.key_file";
  if (!config.key_file.empty()) {
    auto key = read_key_file(config.key_file);
    if (!key) return wrong(key_name + ": " + key.error().message);
    rules.key = std::move(*key);
  }
  const auto checked = check_verifying_key(rules.key.reveal(), *algorithm);
  if (!checked) return wrong(key_name + ": " + checked.error().message);
  return rules;
}

Result<ApiKey> load_api_key(const config::ApiKeyConfig& config) {
  ApiKey key{{}, config.subject, config.tenants, config.roles};
  std::size_t at = 0;
  for (auto& byte : key.hash) {
    const auto digits = std::string_view(config.hash).substr(std::min(at, config.hash.size()), 2);
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), byte, 16);
    if (digits.size() != 2 || read.ptr != digits.data() + 2) {
      return wrong("auth.api_keys: a hash is not 64 hex digits");
    }
    at += 2;
  }
  if (config.hash.size() != 64) return wrong("auth.api_keys: a hash is not 64 hex digits");
  return key;
}

}  // namespace

std::string_view to_string(JwtAlgorithm algorithm) {
  constexpr std::array<std::string_view, 3> kWords{"HS256", "RS256", "ES256"};
  return kWords[static_cast<std::size_t>(algorithm)];
}

std::optional<JwtAlgorithm> parse_algorithm(std::string_view word) {
  if (word == "HS256") return JwtAlgorithm::hs256;
  if (word == "RS256") return JwtAlgorithm::rs256;
  if (word == "ES256") return JwtAlgorithm::es256;
  return std::nullopt;
}

Result<void> check_verifying_key(std::string_view key, JwtAlgorithm algorithm) {
  if (algorithm == JwtAlgorithm::hs256) return check_shared_key(key);
  return check_public_key(key, algorithm);
}

Result<void> check_signing_key(std::string_view key, JwtAlgorithm algorithm) {
  if (algorithm == JwtAlgorithm::hs256) return check_shared_key(key);
  // The library would ask for a passphrase on standard input.
  if (key.find("ENCRYPTED") != std::string_view::npos) {
    return wrong("the private key has a passphrase; expected one without");
  }
  if (key.find("PRIVATE KEY-----") == std::string_view::npos) {
    return wrong("expected a PEM private key");
  }
  return {};
}

Result<Secret> read_key_file(const std::string& path) {
  std::error_code ec;
  if (std::filesystem::is_directory(path, ec)) return wrong(path + " is a folder, not a key");
  std::ifstream file(path, std::ios::binary);
  if (!file) return wrong("cannot read " + path + ": " + std::strerror(errno));
  std::string bytes(kMaxKeyBytes + 1, '\0');
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  if (bytes.size() > kMaxKeyBytes) return wrong(path + " is larger than 16 KiB: no key");
  while (!bytes.empty() && (bytes.back() == '\n' || bytes.back() == '\r')) bytes.pop_back();
  if (bytes.empty()) return wrong(path + " is empty");
  return Secret(std::move(bytes));
}

Result<AuthKeys> load_auth_keys(const config::AuthConfig& config) {
  AuthKeys keys;
  if (!config.jwt.algorithm.empty()) {
    auto rules = load_jwt_rules(config.jwt);
    if (!rules) return rules.error();
    keys.jwt = std::move(*rules);
  }
  for (const auto& entry : config.api_keys) {
    auto key = load_api_key(entry);
    if (!key) return key.error();
    keys.api_keys.push_back(std::move(*key));
  }
  return keys;
}

}  // namespace callosum::api::auth
