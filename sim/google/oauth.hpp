#pragma once

#include <boost/system/result.hpp>
#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/random.hpp"
#include "sim/google/bounded_table.hpp"
#include "sim/google/scopes.hpp"

namespace callosum::sim::google {

/// A refusal of /token and /revoke: {"error", "error_description"} (RFC 6749 §5.2).
struct OAuthError {
  int status = 400;
  std::string error;
  std::string description;
};
template <class T>
using OAuthAnswer = boost::system::result<T, OAuthError>;
[[noreturn]] inline void throw_exception_from_error(const OAuthError& error,
                                                    const boost::source_location&) {
  throw std::logic_error("unchecked refusal: " + error.error);
}

/// What a browser was sent to the consent page with.
struct AuthRequest {
  std::string client_id;
  std::string redirect_uri;
  Scopes scopes;
  std::string state;
  std::string challenge;
  std::string challenge_method;
  std::string nonce;
  std::string login_hint;
  std::string prompt;
  bool is_offline = false;
  bool includes_granted = false;
};

/// What a client exchanges a code with.
struct CodeExchange {
  std::string code;
  std::string client_id;
  std::string redirect_uri;
  std::optional<std::string> verifier;
};

struct Tokens {
  std::string access_token;
  std::string refresh_token;  ///< empty: none is given
  std::string account;
  std::string nonce;
  Scopes scopes;
};

/// What a bearer token opens.
struct Access {
  std::string account;
  std::string client_id;
  Scopes scopes;
  std::int64_t expires_ms = 0;
};

/// Codes, tokens and what each account has granted to each client. One grant an account and client:
/// revoking any of its tokens ends them all, as with the service. A refresh token is given with the
/// first code of a grant only, unless the client asked with prompt=consent.
class OAuth {
 public:
  OAuth(const Clock& clock, Random& random, std::chrono::seconds token_life)
      : clock_(clock), random_(random), token_life_(token_life) {}

  std::string give_code(const AuthRequest& request, const std::string& account,
                        const Scopes& scopes);
  OAuthAnswer<Tokens> redeem(const CodeExchange& exchange);
  OAuthAnswer<Tokens> refresh(const std::string& refresh_token, const std::string& client_id);
  /// False: no such token, or it ended before.
  bool revoke(const std::string& token);
  /// Ends all that an account has granted, as its owner does on the account's own page.
  std::size_t revoke_account(const std::string& account);
  /// Nothing where the token is unknown, revoked or has expired.
  std::optional<Access> find_access(const std::string& access_token);
  /// What the account has granted to the client so far.
  Scopes granted(const std::string& client_id, const std::string& account) const;

  std::chrono::seconds token_life() const { return token_life_; }

 private:
  struct Code {
    AuthRequest request;
    std::string account;
    Scopes scopes;
    std::int64_t expires_ms = 0;
    bool is_used = false;
  };
  struct Grant {
    std::string account;
    std::string client_id;
    Scopes scopes;
    std::uint64_t number = 0;  ///< a grant made anew is another one
    std::vector<std::string> refresh_tokens;
  };
  struct Token {
    std::string grant_key;
    std::uint64_t grant_number = 0;
    Scopes scopes;
    std::int64_t expires_ms = 0;  ///< of an access token
  };

  Grant& grant_of(const Code& code, bool& is_new);
  const Grant* live_grant(const Token& token) const;
  Tokens issue(const Grant& grant, const Scopes& scopes);
  std::string add_refresh_token(Grant& grant);
  std::string fresh(std::string_view prefix);

  const Clock& clock_;
  Random& random_;
  std::chrono::seconds token_life_;
  BoundedTable<Code> codes_{1000};
  BoundedTable<Token> access_tokens_{20000};
  BoundedTable<Token> refresh_tokens_{20000};
  std::map<std::string, Grant> grants_;  // by client and account
  std::uint64_t grants_made_ = 0;
};

}  // namespace callosum::sim::google
