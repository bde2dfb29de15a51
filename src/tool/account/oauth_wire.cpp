#include "tool/account/oauth_wire.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "net/http.hpp"

namespace callosum::tool::account {
namespace {

constexpr JsonLimits kAnswerLimits{.max_bytes = 64 * 1024, .max_depth = 8};
constexpr std::size_t kMaxTokenBytes = 8 * 1024;
constexpr std::size_t kMaxScopesBytes = 8 * 1024;
constexpr std::chrono::seconds kUsualLife{300};  // where it does not say
constexpr std::chrono::seconds kLongestLife{30 * 24 * 3600};
constexpr std::chrono::seconds kClockSkew{60};

void add_field(std::string& out, std::string_view name, std::string_view value) {
  if (!out.empty()) out += '&';
  out += std::string(name) + "=" + net::encode_percent(value);
}

Error unreadable(std::string why) {
  return fail(ErrorType::invalid_output, "the service's answer cannot be read", std::move(why));
}

/// What may stand in a header field and is one word.
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= kMaxTokenBytes &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::chrono::seconds life_of(const json::object& fields) {
  const auto* value = fields.if_contains("expires_in");
  if (!value || !value->is_int64() || value->get_int64() <= 0) return kUsualLife;
  return std::min(std::chrono::seconds(std::min<std::int64_t>(value->get_int64(), 1 << 30)),
                  kLongestLife);
}

bool is_for(const json::object& claims, std::string_view client_id) {
  const auto* audience = claims.if_contains("aud");
  if (!audience) return false;
  if (audience->is_string()) return audience->get_string() == client_id;
  const auto* list = audience->if_array();
  const bool is_named = list && std::any_of(list->begin(), list->end(), [&](const auto& one) {
                          return one.is_string() && one.get_string() == client_id;
                        });
  return is_named && text_at(claims, "azp") == client_id;
}

bool is_verified(const json::object& claims) {
  const auto* value = claims.if_contains("email_verified");
  if (!value) return false;
  return value->is_bool() ? value->get_bool() : value->is_string() && value->get_string() == "true";
}

/// One that can be shown, spoken and put in an address.
bool is_email(std::string_view text) {
  const auto at = text.find('@');
  return text.size() <= 254 && at != 0 && at != std::string_view::npos && at + 1 < text.size() &&
         is_valid_utf8(text) && make_visible(text) == text &&
         std::none_of(text.begin(), text.end(), [](char c) {
           return static_cast<unsigned char>(c) <= 0x20 || c == '<' || c == '>' || c == '"';
         });
}

/// Some services leave the scheme away.
bool is_issuer(std::string_view issuer, std::string_view expected) {
  constexpr std::string_view kScheme = "https://";
  if (issuer == expected) return true;
  return expected.starts_with(kScheme) && issuer == expected.substr(kScheme.size());
}

Result<json::object> claims_of(std::string_view token) {
  if (token.size() > kMaxTokenBytes) return unreadable("an id token of too many bytes");
  const auto parts = split(token, '.');
  std::vector<std::uint8_t> bytes;
  if (parts.size() != 3 || !decode_base64url(parts[1], bytes)) {
    return unreadable("an id token that is no JWT");
  }
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  auto parsed = parse_strict(text, kAnswerLimits);
  if (!parsed || !parsed->is_object()) return unreadable("an id token without claims");
  return std::move(parsed->get_object());
}

std::string client_fields(const OAuthService& service) {
  std::string out;
  add_field(out, "client_id", service.client_id);
  if (!service.client_secret.empty()) {
    add_field(out, "client_secret", service.client_secret.reveal());
  }
  return out;
}

}  // namespace

std::string nonce_of(std::string_view state) { return sha256_hex("nonce " + std::string(state)); }

std::string sign_in_url(const OAuthService& service, const SignInAsk& ask) {
  std::string query;
  add_field(query, "response_type", "code");
  add_field(query, "client_id", service.client_id);
  add_field(query, "redirect_uri", ask.redirect_uri);
  add_field(query, "scope", join(service.scopes, " "));
  add_field(query, "state", ask.state);
  add_field(query, "nonce", nonce_of(ask.state));
  add_field(query, "code_challenge", encode_base64url(sha256(ask.verifier)));
  add_field(query, "code_challenge_method", "S256");
  // A refresh token comes with the first consent only, unless consent is asked for again.
  add_field(query, "access_type", "offline");
  add_field(query, "prompt", "consent select_account");
  if (!ask.email_hint.empty()) add_field(query, "login_hint", ask.email_hint);
  const char joint = service.auth_url.find('?') == std::string::npos ? '?' : '&';
  return service.auth_url + joint + query;
}

Secret code_form(const OAuthService& service, const CodeGrant& grant) {
  auto out = client_fields(service);
  add_field(out, "grant_type", "authorization_code");
  add_field(out, "code", grant.code);
  add_field(out, "code_verifier", grant.verifier);
  add_field(out, "redirect_uri", grant.redirect_uri);
  return Secret(std::move(out));
}

Secret refresh_form(const OAuthService& service, const Secret& refresh_token) {
  auto out = client_fields(service);
  add_field(out, "grant_type", "refresh_token");
  add_field(out, "refresh_token", refresh_token.reveal());
  return Secret(std::move(out));
}

Result<TokenAnswer> decode_token_answer(std::string_view body) {
  const auto parsed = parse_strict(body, kAnswerLimits);
  const auto* fields = parsed ? parsed->if_object() : nullptr;
  if (!fields) return unreadable("a token answer that is no JSON object");
  const auto access = text_at(*fields, "access_token");
  const auto refresh = text_at(*fields, "refresh_token");
  const auto scopes = text_at(*fields, "scope");
  if (!is_token(access)) return unreadable("a token answer without an access token");
  if (!refresh.empty() && !is_token(refresh)) return unreadable("a malformed refresh token");
  if (to_lower_ascii(text_at(*fields, "token_type", "bearer")) != "bearer") {
    return unreadable("a token that is none of the bearer's");
  }
  const bool is_plain =
      std::all_of(scopes.begin(), scopes.end(), [](char c) { return c >= 0x20 && c < 0x7f; });
  if (!is_plain || scopes.size() > kMaxScopesBytes) return unreadable("malformed scopes");
  TokenAnswer out;
  out.access_token = Secret(std::string(access));
  out.refresh_token = Secret(std::string(refresh));
  out.id_token = Secret(std::string(text_at(*fields, "id_token")));
  out.scopes = scopes;
  out.life = life_of(*fields);
  return out;
}

std::string decode_error_word(std::string_view body) {
  const auto parsed = parse_strict(body, kAnswerLimits);
  const auto* fields = parsed ? parsed->if_object() : nullptr;
  const auto word = fields ? text_at(*fields, "error") : std::string_view();
  const bool is_word = word.size() <= 40 && std::all_of(word.begin(), word.end(), [](char c) {
                         return (c >= 'a' && c <= 'z') || c == '_';
                       });
  return is_word ? std::string(word) : std::string();
}

Result<std::string> read_id_token(const Secret& token, const IdTokenRules& rules) {
  const auto claims = claims_of(token.reveal());
  if (!claims) return claims.error();
  if (!is_issuer(text_at(*claims, "iss"), rules.issuer)) {
    return unreadable("an id token of another issuer");
  }
  if (!is_for(*claims, rules.client_id)) return unreadable("an id token for another client");
  if (text_at(*claims, "nonce") != rules.nonce) return unreadable("an id token of another sign-in");
  const auto* expires = claims->if_contains("exp");
  const auto oldest = epoch_s(rules.now - kClockSkew);
  if (!expires || !expires->is_int64() || expires->get_int64() <= oldest) {
    return unreadable("an id token that has expired");
  }
  const auto email = text_at(*claims, "email");
  if (!is_email(email) || !is_verified(*claims)) {
    return unreadable("an id token without a verified address");
  }
  return to_lower_ascii(email);
}

std::vector<std::string> missing_scopes(const OAuthService& service, std::string_view granted) {
  const auto given = split(granted, ' ');
  std::vector<std::string> out;
  for (const auto& scope : service.scopes) {
    const bool is_identity = scope == "openid" || scope == "email" || scope == "profile";
    const bool is_given = std::find(given.begin(), given.end(), scope) != given.end();
    if (!is_identity && !is_given) out.push_back(scope);
  }
  return out;
}

}  // namespace callosum::tool::account
