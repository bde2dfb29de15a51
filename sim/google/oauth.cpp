#include "sim/google/oauth.hpp"

#include <array>

#include "base/encoding.hpp"
#include "sim/google/pkce.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::chrono::minutes kCodeLife{10};
constexpr std::size_t kMostGrants = 1000;
/// Of one account and client; the oldest ends without a word, as with the service.
constexpr std::size_t kMostRefreshTokens = 100;

OAuthError invalid_grant(std::string description) {
  return {.status = 400, .error = "invalid_grant", .description = std::move(description)};
}

std::string key_of(const std::string& client_id, const std::string& account) {
  return client_id + "\n" + account;
}

/// Nothing: the verifier is what it should be.
std::optional<OAuthError> check_verifier(const AuthRequest& request, const CodeExchange& exchange) {
  if (request.challenge.empty()) {
    if (!exchange.verifier) return {};
    return invalid_grant("code_verifier or verifier is not needed.");
  }
  if (!exchange.verifier) return invalid_grant("Missing code verifier.");
  if (matches_challenge(*exchange.verifier, request.challenge, request.challenge_method)) return {};
  return invalid_grant("Invalid code verifier.");
}

}  // namespace

std::string OAuth::fresh(std::string_view prefix) {
  std::array<std::uint8_t, 24> bytes{};
  random_.fill(bytes);
  return std::string(prefix) + encode_base64url(bytes);
}

std::string OAuth::give_code(const AuthRequest& request, const std::string& account,
                             const Scopes& scopes) {
  const auto code = fresh("4/0sim");  // the slash is the service's: clients must escape it
  codes_.put(code, {.request = request,
                    .account = account,
                    .scopes = scopes,
                    .expires_ms = epoch_ms(clock_.wall_now() + kCodeLife)});
  return code;
}

OAuthAnswer<Tokens> OAuth::redeem(const CodeExchange& exchange) {
  auto* code = codes_.find(exchange.code);
  if (!code) return invalid_grant("Malformed auth code.");
  const auto& request = code->request;
  const bool is_over = code->is_used || epoch_ms(clock_.wall_now()) >= code->expires_ms;
  if (is_over || request.client_id != exchange.client_id) return invalid_grant("Bad Request");
  if (request.redirect_uri != exchange.redirect_uri) {
    return OAuthError{.error = "redirect_uri_mismatch", .description = "Bad Request"};
  }
  if (auto refused = check_verifier(request, exchange)) return std::move(*refused);
  code->is_used = true;

  bool is_new = false;
  auto& grant = grant_of(*code, is_new);
  auto tokens = issue(grant, request.includes_granted ? grant.scopes : code->scopes);
  const bool asks_anew = request.prompt.find("consent") != std::string::npos;
  if (request.is_offline && (is_new || asks_anew)) tokens.refresh_token = add_refresh_token(grant);
  tokens.nonce = request.nonce;
  return tokens;
}

OAuthAnswer<Tokens> OAuth::refresh(const std::string& refresh_token, const std::string& client_id) {
  const auto* token = refresh_tokens_.find(refresh_token);
  if (!token) return invalid_grant("Bad Request");
  const auto* grant = live_grant(*token);
  if (!grant) return invalid_grant("Token has been expired or revoked.");
  if (grant->client_id != client_id) {
    return OAuthError{.status = 401, .error = "unauthorized_client", .description = "Unauthorized"};
  }
  return issue(*grant, grant->scopes);
}

bool OAuth::revoke(const std::string& token) {
  const auto* found = refresh_tokens_.find(token);
  if (!found) found = access_tokens_.find(token);
  if (!found || !live_grant(*found)) return false;
  grants_.erase(found->grant_key);
  return true;
}

std::size_t OAuth::revoke_account(const std::string& account) {
  return std::erase_if(grants_, [&](const auto& row) { return row.second.account == account; });
}

std::optional<Access> OAuth::find_access(const std::string& access_token) {
  const auto* token = access_tokens_.find(access_token);
  if (!token) return {};
  const auto* grant = live_grant(*token);
  if (!grant || epoch_ms(clock_.wall_now()) >= token->expires_ms) return {};
  return Access{grant->account, grant->client_id, token->scopes, token->expires_ms};
}

Scopes OAuth::granted(const std::string& client_id, const std::string& account) const {
  const auto at = grants_.find(key_of(client_id, account));
  return at == grants_.end() ? Scopes() : at->second.scopes;
}

OAuth::Grant& OAuth::grant_of(const Code& code, bool& is_new) {
  const auto key = key_of(code.request.client_id, code.account);
  is_new = !grants_.contains(key);
  if (is_new && grants_.size() >= kMostGrants) grants_.erase(grants_.begin());
  auto& grant = grants_[key];
  if (is_new) {
    grant.account = code.account;
    grant.client_id = code.request.client_id;
    grant.number = ++grants_made_;
  }
  grant.scopes = unite(grant.scopes, code.scopes);
  return grant;
}

const OAuth::Grant* OAuth::live_grant(const Token& token) const {
  const auto at = grants_.find(token.grant_key);
  const bool is_live = at != grants_.end() && at->second.number == token.grant_number;
  return is_live ? &at->second : nullptr;
}

Tokens OAuth::issue(const Grant& grant, const Scopes& scopes) {
  Tokens tokens{.access_token = fresh("ya29.sim-"), .account = grant.account, .scopes = scopes};
  access_tokens_.put(tokens.access_token,
                     {.grant_key = key_of(grant.client_id, grant.account),
                      .grant_number = grant.number,
                      .scopes = scopes,
                      .expires_ms = epoch_ms(clock_.wall_now() + token_life_)});
  return tokens;
}

std::string OAuth::add_refresh_token(Grant& grant) {
  const auto token = fresh("1//0sim-");
  refresh_tokens_.put(
      token, {.grant_key = key_of(grant.client_id, grant.account), .grant_number = grant.number});
  grant.refresh_tokens.push_back(token);
  if (grant.refresh_tokens.size() > kMostRefreshTokens) {
    if (auto* oldest = refresh_tokens_.find(grant.refresh_tokens.front())) oldest->grant_number = 0;
    grant.refresh_tokens.erase(grant.refresh_tokens.begin());
  }
  return token;
}

}  // namespace callosum::sim::google
