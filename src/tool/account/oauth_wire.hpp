#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace callosum::net {
class TlsContext;
}

namespace callosum::tool::account {

/// A service whose accounts can be connected by OAuth 2.0, with the gateway as its client.
struct OAuthService {
  std::string name;   ///< in addresses and rows: "google"
  std::string title;  ///< as it is spoken
  std::string client_id;
  Secret client_secret;  ///< empty: a public client
  std::string auth_url, token_url, revoke_url;
  std::string issuer;        ///< of its id tokens
  std::string redirect_url;  ///< empty: this machine's, at whichever port the browser came to
  std::vector<std::string> scopes;
  std::shared_ptr<net::TlsContext> tls;
};

/// What a browser is sent to the service with.
struct SignInAsk {
  std::string state;
  std::string verifier;  ///< only its hash is sent (RFC 7636, S256)
  std::string redirect_uri;
  std::string email_hint;
};
std::string sign_in_url(const OAuthService& service, const SignInAsk& ask);
/// What the id token must repeat: found again from the state alone.
std::string nonce_of(std::string_view state);

/// Bodies of requests to the token endpoint.
struct CodeGrant {
  std::string code, verifier, redirect_uri;
};
Secret code_form(const OAuthService& service, const CodeGrant& grant);
Secret refresh_form(const OAuthService& service, const Secret& refresh_token);

struct TokenAnswer {
  Secret access_token;
  Secret refresh_token;  ///< empty: the one there is goes on
  Secret id_token;       ///< empty: none
  std::string scopes;    ///< separated by blanks; empty: those that were asked for
  std::chrono::seconds life{0};
};

/// INVALID_OUTPUT where it is no answer with a bearer token. Nothing of it is in the error.
Result<TokenAnswer> decode_token_answer(std::string_view body);
/// "invalid_grant" of `{"error": "invalid_grant", …}`; empty where it is not one plain word.
std::string decode_error_word(std::string_view body);

/// The address, in small letters, of an id token that came from the token endpoint itself: over TLS
/// to the service, so that its signature adds nothing (OpenID Connect Core §3.1.3.7).
/// INVALID_OUTPUT where it is for somebody else, of another sign-in, over, or the address is not
/// verified.
struct IdTokenRules {
  std::string issuer, client_id, nonce;
  WallTime now;
};
Result<std::string> read_id_token(const Secret& token, const IdTokenRules& rules);

/// What was asked for and is not among what was granted; who somebody is counts as neither.
std::vector<std::string> missing_scopes(const OAuthService& service, std::string_view granted);

}  // namespace callosum::tool::account
