// The half of the OAuth door that clients talk to: tokens, and who is behind them.
#include <boost/json/serialize.hpp>

#include "base/text.hpp"
#include "sim/google/api_door.hpp"
#include "sim/google/base64_text.hpp"
#include "sim/google/id_token.hpp"
#include "sim/google/oauth_door.hpp"

namespace callosum::sim::google {
namespace {

struct ClientName {
  std::string id;
  std::string secret;
};

/// As the form has it, or by Basic (RFC 6749 §2.3.1).
ClientName client_of(const net::HttpRequest& request, const Params& form) {
  const auto header = request.headers.get("Authorization");
  const bool is_basic = to_lower_ascii(header.substr(0, 6)) == "basic ";
  if (!is_basic) return {form.get("client_id"), form.get("client_secret")};
  const auto text = repair_utf8(from_any_base64(header.substr(6)).value_or(""));
  const auto colon = std::min(text.find(':'), text.size());
  return {text.substr(0, colon), text.substr(std::min(colon + 1, text.size()))};
}

OAuthError invalid_client(std::string description) {
  return {.status = 401, .error = "invalid_client", .description = std::move(description)};
}

std::optional<OAuthError> check_secret(const ClientName& client, const OAuthOptions& options) {
  if (client.id.empty()) {
    return OAuthError{.error = "invalid_request",
                      .description = "Could not determine client ID from request."};
  }
  if (!options.client_id.empty() && client.id != options.client_id) {
    return invalid_client("The OAuth client was not found.");
  }
  if (options.client_secret.empty()) return {};
  if (client.secret.empty()) {
    return OAuthError{.error = "invalid_request", .description = "client_secret is missing."};
  }
  if (client.secret != options.client_secret) {
    return invalid_client("The provided client secret is invalid.");
  }
  return {};
}

}  // namespace

net::HttpResponse OAuthDoor::give_tokens(const net::HttpRequest& request) {
  const auto form = Params::of_form(request.body);
  const auto client = client_of(request, form);
  const auto refused = check_secret(client, options_);
  auto tokens = refused ? OAuthAnswer<Tokens>(*refused) : exchange(form, client.id);
  if (!tokens) {
    world_.stats.count("refused_grants");
    return oauth_error_response(tokens.error());
  }
  auto response = net::HttpResponse::json(
      200, json::serialize(encode_tokens(*tokens, client.id, client.secret)));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

OAuthAnswer<Tokens> OAuthDoor::exchange(const Params& form, const std::string& client_id) {
  const auto type = form.get("grant_type");
  if (type == "refresh_token") {
    if (!form.has("refresh_token")) {
      return OAuthError{.error = "invalid_request",
                        .description = "Missing required parameter: refresh_token"};
    }
    auto tokens = world_.oauth.refresh(form.get("refresh_token"), client_id);
    if (tokens) world_.stats.count("refreshes");
    return tokens;
  }
  if (type != "authorization_code") {
    return OAuthError{.error = "unsupported_grant_type",
                      .description = "Invalid grant_type: " + type};
  }
  CodeExchange exchange{form.get("code"), client_id, form.get("redirect_uri"), {}};
  if (form.has("code_verifier")) exchange.verifier = form.get("code_verifier");
  auto tokens = world_.oauth.redeem(exchange);
  if (tokens) world_.stats.count("tokens");
  return tokens;
}

json::object OAuthDoor::encode_tokens(const Tokens& tokens, const std::string& client_id,
                                      const std::string& secret) const {
  json::object out{{"access_token", tokens.access_token},
                   {"expires_in", world_.oauth.token_life().count()},
                   {"scope", join_scopes(tokens.scopes)},
                   {"token_type", "Bearer"}};
  if (!tokens.refresh_token.empty()) out["refresh_token"] = tokens.refresh_token;
  const auto* account = world_.accounts.find(tokens.account);
  if (!account || !has_scope(tokens.scopes, scope::kOpenId)) return out;
  const auto now = epoch_s(world_.clock.wall_now());
  json::object claims{{"iss", "https://accounts.google.com"},
                      {"azp", client_id},
                      {"aud", client_id},
                      {"sub", account->sub},
                      {"iat", now},
                      {"exp", now + 3600}};
  if (has_scope(tokens.scopes, scope::kEmail)) {
    claims["email"] = account->email;
    claims["email_verified"] = true;
  }
  if (has_scope(tokens.scopes, scope::kProfile)) claims["name"] = account->name;
  if (!tokens.nonce.empty()) claims["nonce"] = tokens.nonce;
  out["id_token"] = make_id_token(claims, secret);
  return out;
}

net::HttpResponse OAuthDoor::revoke(const net::HttpRequest& request) {
  auto token = Params::of_form(request.body).get("token");
  if (token.empty()) token = request.query("token");
  if (!world_.oauth.revoke(token)) {
    return oauth_error_response(
        {.error = "invalid_token", .description = "Token expired or revoked"});
  }
  world_.stats.count("revocations");
  return net::HttpResponse::json(200, "{}");
}

net::HttpResponse OAuthDoor::show_user(const net::HttpRequest& request) {
  const auto access = world_.oauth.find_access(bearer_of(request));
  const auto* account = access ? world_.accounts.find(access->account) : nullptr;
  if (!account) {
    return oauth_error_response(
        {.status = 401, .error = "invalid_request", .description = "Invalid Credentials"});
  }
  const bool has_email = has_scope(access->scopes, scope::kEmail);
  const bool has_profile = has_scope(access->scopes, scope::kProfile);
  if (!has_email && !has_profile && !has_scope(access->scopes, scope::kOpenId)) {
    return error_response(insufficient_scope("oauth2.googleapis.com", "userinfo", scope::kOpenId));
  }
  json::object body{{"sub", account->sub}};
  if (has_profile) body["name"] = account->name;
  if (has_email) {
    body["email"] = account->email;
    body["email_verified"] = true;
  }
  return net::HttpResponse::json(200, json::serialize(body));
}

net::HttpResponse OAuthDoor::show_token(const net::HttpRequest& request) {
  auto token = request.query("access_token");
  if (token.empty()) token = bearer_of(request);
  if (token.empty()) token = Params::of_form(request.body).get("access_token");
  const auto access = world_.oauth.find_access(token);
  const auto* account = access ? world_.accounts.find(access->account) : nullptr;
  if (!account) {
    return oauth_error_response({.error = "invalid_token", .description = "Invalid Value"});
  }
  const auto left_s = (access->expires_ms - epoch_ms(world_.clock.wall_now())) / 1000;
  json::object body{{"azp", access->client_id},
                    {"aud", access->client_id},
                    {"sub", account->sub},
                    {"scope", join_scopes(access->scopes)},
                    {"exp", std::to_string(access->expires_ms / 1000)},
                    {"expires_in", std::to_string(left_s)},
                    {"access_type", "offline"}};
  if (has_scope(access->scopes, scope::kEmail)) {
    body["email"] = account->email;
    body["email_verified"] = "true";
  }
  return net::HttpResponse::json(200, json::serialize(body));
}

}  // namespace callosum::sim::google
