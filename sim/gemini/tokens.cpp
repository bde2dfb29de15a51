#include "sim/gemini/tokens.hpp"

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "base/time_text.hpp"
#include "sim/gemini/shapes.hpp"

namespace callosum::sim::gemini {
namespace {

constexpr std::chrono::minutes kLife{30};
constexpr std::chrono::seconds kNewSessionLife{60};
constexpr std::chrono::hours kLongestLife{20};
constexpr std::size_t kMostTokens = 10000;

std::string to_camel(std::string_view snake) {
  std::string out;
  bool is_next_upper = false;
  for (const char c : snake) {
    const bool is_lower = c >= 'a' && c <= 'z';
    if (c != '_') out += is_next_upper && is_lower ? static_cast<char>(c - 'a' + 'A') : c;
    is_next_upper = c == '_';
  }
  return out;
}

std::vector<std::string> read_mask(std::string_view text) {
  std::vector<std::string> out;
  for (const auto part : split(text, ',')) {
    const auto path = trim(part);
    if (!path.empty()) out.push_back(to_camel(path));
  }
  return out;
}

/// The member at a path, in `object` or nothing.
const json::value* find_path(const json::object& object, std::string_view path) {
  const auto dot = path.find('.');
  const auto* member = object.if_contains(path.substr(0, dot));
  if (!member || dot == std::string_view::npos) return member;
  const auto* inner = member->if_object();
  return inner ? find_path(*inner, path.substr(dot + 1)) : nullptr;
}

void put_path(json::object& object, std::string_view path, const json::value* value) {
  const auto dot = path.find('.');
  const auto key = path.substr(0, dot);
  if (dot == std::string_view::npos) {
    if (value) {
      object[key] = *value;
    } else {
      object.erase(key);
    }
    return;
  }
  auto* member = object.if_contains(key);
  if (!member && !value) return;
  auto& inner = object[key];
  if (!inner.is_object()) inner = json::object();
  put_path(inner.get_object(), path.substr(dot + 1), value);
}

/// A time of the body, within the longest life; nothing: not given.
Result<std::optional<WallTime>> read_time(const json::object& body, std::string_view key,
                                          WallTime now) {
  const auto* text = find_string(body, key);
  if (!text) return std::optional<WallTime>();
  const auto ms = parse_utc_ms(*text);
  if (!ms) {
    return fail(ErrorType::validation, "Invalid value at 'auth_token." + to_snake(key) +
                                           "' (type.googleapis.com/google.protobuf.Timestamp)");
  }
  // In milliseconds, which reach further than the clock's own ticks do.
  const auto left = *ms - epoch_ms(now);
  if (left <= 0 || left > std::chrono::milliseconds(kLongestLife).count()) {
    return fail(ErrorType::validation,
                to_snake(key) + " must be in the future and less than 20 hours from now.");
  }
  return std::optional<WallTime>(WallTime{std::chrono::milliseconds(*ms)});
}

Result<json::object> read_body(std::string_view text, const Api& api) {
  const auto parsed = parse_strict(trim(text).empty() ? "{}" : text);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (!object) {
    return fail(ErrorType::validation, "Invalid JSON payload received. Unexpected token.");
  }
  auto reading = read_message(*object, kAuthToken, api);
  if (!reading.problems.empty()) {
    return fail(ErrorType::validation, join(reading.problems, "\n"));
  }
  return std::move(reading.value);
}

}  // namespace

json::object Token::lock(const json::object& client) const {
  if (!setup && !mask) return client;
  if (!mask) return *setup;
  auto out = client;
  static const json::object kNothing;
  for (const auto& path : *mask) put_path(out, path, find_path(setup ? *setup : kNothing, path));
  return out;
}

Result<json::object> Tokens::make(std::string_view text, const Api& api) {
  const auto body = read_body(text, api);
  if (!body) return body.error();
  const auto now = clock_.wall_now();
  const auto expires = read_time(*body, "expireTime", now);
  if (!expires) return expires.error();
  const auto new_sessions = read_time(*body, "newSessionExpireTime", now);
  if (!new_sessions) return new_sessions.error();

  Token token;
  token.expires = expires->value_or(now + kLife);
  token.new_sessions_expire = new_sessions->value_or(now + kNewSessionLife);
  if (const auto* uses = body->if_contains("uses")) {
    const auto number = uses->to_number<std::int64_t>();
    if (number < 0) return fail(ErrorType::validation, "uses must not be negative.");
    token.uses = static_cast<std::size_t>(number);
  }
  if (const auto* setup = find_object(*body, "bidiGenerateContentSetup")) token.setup = *setup;
  if (const auto* mask = find_string(*body, "fieldMask")) token.mask = read_mask(*mask);
  if (tokens_.size() >= kMostTokens) tokens_.clear();
  const auto name = make_id("auth_tokens/", random_);
  json::object answer{{"name", name}};
  tokens_[name] = std::move(token);
  return answer;
}

Token* Tokens::find(std::string_view name) {
  const auto found = tokens_.find(name);
  return found == tokens_.end() ? nullptr : &found->second;
}

bool Tokens::takes_session(const Token& token) const {
  const bool is_left = token.uses == 0 || token.used < token.uses;
  return is_left && clock_.wall_now() < token.new_sessions_expire;
}

}  // namespace callosum::sim::gemini
