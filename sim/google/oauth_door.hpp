#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/google/params.hpp"
#include "sim/google/world.hpp"

namespace callosum::sim::google {

enum class ConsentMode : std::uint8_t { page, automatic };

struct OAuthOptions {
  ConsentMode consent = ConsentMode::page;
  std::string client_id;                   ///< the only one; empty: any
  std::string client_secret;               ///< empty: any or none
  std::vector<std::string> redirect_uris;  ///< the only ones; empty: any of http and https
};

/// OAuth 2.0 for web server apps (RFC 6749, RFC 7636) and who is behind a token: the consent page,
/// /token, /revoke, userinfo, tokeninfo.
class OAuthDoor {
 public:
  OAuthDoor(World& world, OAuthOptions options) : world_(world), options_(std::move(options)) {}

  static bool has(std::string_view path);
  net::HttpResponse handle(const net::HttpRequest& request);

 private:
  struct Decision {
    bool is_allowed = false;
    std::string account;
    Scopes scopes;
  };

  net::HttpResponse authorize(const net::HttpRequest& request);
  std::optional<OAuthError> read_request(const Params& query, AuthRequest& into) const;
  std::optional<OAuthError> check_client(const Params& query) const;
  Decision decide_by_script(const AuthRequest& request) const;
  net::HttpResponse finish(const AuthRequest& request, const Decision& decision);

  net::HttpResponse give_tokens(const net::HttpRequest& request);
  OAuthAnswer<Tokens> exchange(const Params& form, const std::string& client_id);
  json::object encode_tokens(const Tokens& tokens, const std::string& client_id,
                             const std::string& secret) const;
  net::HttpResponse revoke(const net::HttpRequest& request);
  net::HttpResponse show_user(const net::HttpRequest& request);
  net::HttpResponse show_token(const net::HttpRequest& request);

  World& world_;
  OAuthOptions options_;
};

net::HttpResponse oauth_error_response(const OAuthError& error);

}  // namespace callosum::sim::google
