#pragma once

#include <string>
#include <string_view>

#include "api/auth/client_secret_store.hpp"
#include "api/auth/keys.hpp"
#include "api/auth/principal.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "net/http.hpp"

namespace callosum::api::auth {

/// Turns a request's credential into a principal: `Authorization: Bearer X`, or in a WebSocket
/// upgrade the subprotocol `openai-insecure-api-key.X` that browsers use. Never a query string,
/// never a cookie. Thread-safe.
class Authenticator {
 public:
  /// `secrets` and `clock` outlive it.
  Authenticator(AuthKeys keys, ClientSecretStore& secrets, const Clock& clock);

  /// AUTH with one message for every reason; `detail` names it for the log, without any part of the
  /// credential.
  Result<Principal> authenticate(const net::HttpRequest& request) const;
  /// The same, but for a client secret: that is for the socket alone.
  Result<Principal> authenticate_user(const net::HttpRequest& request) const;

 private:
  Result<Principal> check(std::string_view credential) const;
  const ApiKey* find_api_key(std::string_view credential) const;

  AuthKeys keys_;
  ClientSecretStore& secrets_;
  const Clock& clock_;
};

/// The credential itself, without judging it. AUTH where there is none, or more than one.
Result<std::string> find_credential(const net::HttpRequest& request);

/// What to answer of the subprotocols offered: "realtime", or nothing. Unknown ones are passed
/// over.
std::string choose_subprotocol(const net::HttpRequest& request);

}  // namespace callosum::api::auth
