#include "api/auth/authenticator.hpp"

#include <optional>

#include "api/auth/jwt.hpp"
#include "base/text.hpp"

namespace callosum::api::auth {
namespace {

constexpr std::string_view kKeyPrefix = "openai-insecure-api-key.";

std::vector<std::string_view> values_of(const net::HttpFields& fields, std::string_view name) {
  std::vector<std::string_view> values;
  for (const auto& [key, value] : fields.all()) {
    if (to_lower_ascii(key) == name) values.emplace_back(value);
  }
  return values;
}

std::vector<std::string_view> subprotocols_of(const net::HttpRequest& request) {
  std::vector<std::string_view> offered;
  for (const auto value : values_of(request.headers, "sec-websocket-protocol")) {
    for (const auto item : split(value, ',')) offered.push_back(trim(item));
  }
  return offered;
}

bool is_upgrade(const net::HttpRequest& request) {
  return to_lower_ascii(request.headers.get("upgrade")) == "websocket";
}

bool is_credential_text(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTokenBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace

Result<std::string> find_credential(const net::HttpRequest& request) {
  std::vector<std::string_view> found;
  for (const auto value : values_of(request.headers, "authorization")) {
    constexpr std::string_view kScheme = "bearer ";
    if (to_lower_ascii(value.substr(0, kScheme.size())) != kScheme) {
      return not_authenticated("Authorization is not of the scheme Bearer");
    }
    found.push_back(trim(value.substr(kScheme.size())));
  }
  if (is_upgrade(request)) {
    for (const auto item : subprotocols_of(request)) {
      if (item.starts_with(kKeyPrefix)) found.push_back(item.substr(kKeyPrefix.size()));
    }
  }
  if (found.empty()) return not_authenticated("no credential in header or subprotocol");
  // Two of them leave open which one a proxy on the way looked at.
  if (found.size() > 1) return not_authenticated("more than one credential");
  if (!is_credential_text(found[0])) return not_authenticated("the credential is malformed");
  return std::string(found[0]);
}

std::string choose_subprotocol(const net::HttpRequest& request) {
  const auto offered = subprotocols_of(request);
  const bool realtime = std::find(offered.begin(), offered.end(), "realtime") != offered.end();
  return realtime ? "realtime" : "";
}

Authenticator::Authenticator(AuthKeys keys, ClientSecretStore& secrets, const Clock& clock)
    : keys_(std::move(keys)), secrets_(secrets), clock_(clock) {}

Result<Principal> Authenticator::authenticate(const net::HttpRequest& request) const {
  const auto credential = find_credential(request);
  if (!credential) return credential.error();
  return check(*credential);
}

Result<Principal> Authenticator::authenticate_user(const net::HttpRequest& request) const {
  auto principal = authenticate(request);
  if (!principal || principal->kind != CredentialKind::client_secret) return principal;
  return not_authenticated("a client secret, which is for the socket alone");
}

Result<Principal> Authenticator::check(std::string_view credential) const {
  if (credential.starts_with("ek_")) return secrets_.redeem(credential);
  if (const auto* key = find_api_key(credential)) {
    Principal principal;
    principal.kind = CredentialKind::api_key;
    principal.subject = key->subject;
    principal.tenants = key->tenants;
    principal.roles = key->roles;
    return principal;
  }
  if (!keys_.jwt) return not_authenticated("no such API key, and no JWT is accepted");
  return verify_token(credential, *keys_.jwt, clock_.wall_now());
}

const ApiKey* Authenticator::find_api_key(std::string_view credential) const {
  const auto hash = sha256(credential);
  const auto view = [](const Sha256& bytes) {
    return std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  };
  const ApiKey* found = nullptr;
  // All are compared, so that the time says nothing about the place of a match.
  for (const auto& key : keys_.api_keys) {
    if (equal_in_constant_time(view(key.hash), view(hash))) found = &key;
  }
  return found;
}

}  // namespace callosum::api::auth
