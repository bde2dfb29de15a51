#include "sim/google/oauth_door.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/text.hpp"
#include "net/client.hpp"
#include "net/http_syntax.hpp"
#include "sim/google/consent_page.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::array<std::string_view, 9> kPaths{
    "/o/oauth2/v2/auth",   "/o/oauth2/auth", "/token",     "/oauth2/v4/token",    "/revoke",
    "/oauth2/v3/userinfo", "/v1/userinfo",   "/tokeninfo", "/oauth2/v3/tokeninfo"};
constexpr std::size_t kMostScopes = 50;
constexpr std::size_t kMostText = 4096;

net::HttpResponse page(int status, std::string html) {
  auto response = net::HttpResponse::text(status, std::move(html));
  response.headers.set("Content-Type", "text/html; charset=utf-8");
  response.headers.set("Cache-Control", "no-store");
  return response;
}

net::HttpResponse page_of(const OAuthError& error) {
  return page(error.status, error_page(error.status, error.error, error.description));
}

OAuthError missing(const std::string& name) {
  return {.error = "invalid_request", .description = "Missing required parameter: " + name};
}

/// http or https, whole, without a fragment; what may stand in a Location field.
bool is_redirect_uri(const std::string& uri) {
  const auto url = net::parse_url(uri);
  const bool is_web = url && (url->scheme == "http" || url->scheme == "https");
  return is_web && uri.find('#') == std::string::npos &&
         std::all_of(uri.begin(), uri.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::optional<OAuthError> check_challenge(const AuthRequest& request) {
  const auto& method = request.challenge_method;
  if (!method.empty() && method != "S256" && method != "plain") {
    return OAuthError{.error = "invalid_request",
                      .description = "Invalid parameter value for code_challenge_method"};
  }
  const auto size = request.challenge.size();
  const bool is_sound = size == 0 || (size >= 43 && size <= 128);
  if (is_sound && (method != "S256" || size == 43)) return {};
  return OAuthError{.error = "invalid_request",
                    .description = "Invalid parameter value for code_challenge"};
}

}  // namespace

net::HttpResponse oauth_error_response(const OAuthError& error) {
  json::object body{{"error", error.error}};
  if (!error.description.empty()) body["error_description"] = error.description;
  auto response = net::HttpResponse::json(error.status, json::serialize(body));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

bool OAuthDoor::has(std::string_view path) {
  return std::find(kPaths.begin(), kPaths.end(), path) != kPaths.end();
}

net::HttpResponse OAuthDoor::handle(const net::HttpRequest& request) {
  const auto path = request.path();
  if (path.starts_with("/o/oauth2/")) return authorize(request);
  if (path.ends_with("/userinfo")) return show_user(request);
  if (path.ends_with("/tokeninfo")) return show_token(request);
  if (request.method != "POST") {
    return oauth_error_response(
        {.status = 405, .error = "invalid_request", .description = "POST is expected."});
  }
  return path == "/revoke" ? revoke(request) : give_tokens(request);
}

std::optional<OAuthError> OAuthDoor::check_client(const Params& query) const {
  const auto client_id = query.get("client_id");
  if (client_id.empty()) return missing("client_id");
  if (!options_.client_id.empty() && client_id != options_.client_id) {
    return OAuthError{
        .status = 401, .error = "invalid_client", .description = "The OAuth client was not found."};
  }
  const auto uri = query.get("redirect_uri");
  if (uri.empty()) return missing("redirect_uri");
  const auto& known = options_.redirect_uris;
  const bool is_known = known.empty() ? is_redirect_uri(uri)
                                      : std::find(known.begin(), known.end(), uri) != known.end();
  if (is_known) return {};
  return OAuthError{.error = "redirect_uri_mismatch",
                    .description = "The redirect URI in the request, " + uri +
                                   ", is not one of those of the client."};
}

std::optional<OAuthError> OAuthDoor::read_request(const Params& query, AuthRequest& into) const {
  if (auto refused = check_client(query)) return refused;
  for (const auto* name : {"state", "nonce", "code_challenge", "login_hint", "prompt"}) {
    if (query.get(name).size() > kMostText) return missing(std::string(name) + " of a sane length");
  }
  if (query.get("response_type").empty()) return missing("response_type");
  if (query.get("response_type") != "code") {
    return OAuthError{.error = "unsupported_response_type",
                      .description = "This simulator knows response_type=code."};
  }
  into.client_id = query.get("client_id");
  into.redirect_uri = query.get("redirect_uri");
  into.scopes = parse_scopes(query.get("scope"));
  into.state = query.get("state");
  into.challenge = query.get("code_challenge");
  into.challenge_method = query.get("code_challenge_method");
  into.nonce = query.get("nonce");
  into.login_hint = to_lower_ascii(query.get("login_hint"));
  into.prompt = query.get("prompt");
  into.is_offline = query.get("access_type") == "offline";
  into.includes_granted = query.is_true("include_granted_scopes");
  if (into.scopes.empty()) return missing("scope");
  for (const auto& scope : into.scopes) {
    if (is_known_scope(scope) && into.scopes.size() <= kMostScopes) continue;
    return OAuthError{.error = "invalid_scope",
                      .description = "Some requested scopes were invalid: " + scope};
  }
  return check_challenge(into);
}

net::HttpResponse OAuthDoor::authorize(const net::HttpRequest& request) {
  AuthRequest asked;
  const auto refused = read_request(Params::of_query(request), asked);
  if (refused) return page_of(*refused);
  if (request.method == "POST") {
    const auto form = Params::of_form(request.body);
    const Decision decision{form.get("decision") == "allow", form.get("account"),
                            form.all("scope")};
    return finish(asked, decision);
  }
  const auto decision = decide_by_script(asked);
  if (asked.prompt == "none") {
    const auto granted = world_.oauth.granted(asked.client_id, decision.account);
    const bool has_all = std::all_of(asked.scopes.begin(), asked.scopes.end(),
                                     [&](const auto& scope) { return has_scope(granted, scope); });
    return finish(asked, {has_all, decision.account, asked.scopes});
  }
  if (options_.consent == ConsentMode::automatic) return finish(asked, decision);
  return page(200, consent_page(asked, world_.accounts, request.target));
}

OAuthDoor::Decision OAuthDoor::decide_by_script(const AuthRequest& request) const {
  const auto& consent = world_.script->consent;
  Decision decision{!consent.denies, consent.account, consent.scopes};
  if (decision.account.empty() && world_.accounts.all().size() > 0) {
    decision.account = world_.accounts.all().front()->email;
    for (const auto& account : world_.accounts.all()) {
      if (account->email == request.login_hint) decision.account = account->email;
    }
  }
  if (decision.scopes.empty()) decision.scopes = request.scopes;
  return decision;
}

net::HttpResponse OAuthDoor::finish(const AuthRequest& request, const Decision& decision) {
  Scopes granted;
  for (const auto& scope : request.scopes) {
    if (has_scope(decision.scopes, scope)) granted.push_back(scope);
  }
  const auto* account = world_.accounts.find(decision.account);
  auto location = request.redirect_uri;
  location += location.find('?') == std::string::npos ? '?' : '&';
  if (!request.state.empty()) location += "state=" + net::encode_percent(request.state) + "&";
  if (!decision.is_allowed || !account || granted.empty()) {
    world_.stats.count("denied_consents");
    location += request.prompt == "none" ? "error=interaction_required" : "error=access_denied";
  } else {
    world_.stats.count("codes");
    const auto code = world_.oauth.give_code(request, account->email, granted);
    location += "iss=" + net::encode_percent("https://accounts.google.com") +
                "&code=" + net::encode_percent(code) +
                "&scope=" + net::encode_percent(join_scopes(granted)) + "&authuser=0&prompt=" +
                net::encode_percent(request.prompt.empty() ? "none" : request.prompt);
  }
  auto response = page(302, "");
  response.headers.set("Location", location);
  return response;
}

}  // namespace callosum::sim::google
