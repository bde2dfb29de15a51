#include "sim/xai/door.hpp"

#include <algorithm>
#include <array>
#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "sim/realtime/service_cloud.hpp"

namespace callosum::sim::xai {
namespace {

constexpr std::string_view kSubprotocol = "xai-client-secret.";
constexpr std::string_view kDefaultModel = "grok-voice-latest";
constexpr std::array<std::string_view, 4> kModels{"grok-voice-latest", "grok-voice-think-fast-2.0",
                                                  "grok-voice-think-fast-1.0",
                                                  "grok-voice-fast-1.0"};
constexpr std::chrono::seconds kSecretLife{600};
constexpr std::size_t kMostSecrets = 10000;

Problem is_life(const json::value& value, const std::string& path) {
  return check_integer(value, path, 1, 3600);
}
constexpr std::array kExpiryFields{Field{"seconds", is_life, false, true}};
Problem check_expiry(const json::value& value, const std::string& path) {
  return check_known_fields(value, path, kExpiryFields);
}
constexpr std::array kSecretFields{Field{"expires_after", check_expiry, false, true},
                                   Field{"session", is_object, false, true}};

std::string_view bearer_of(const net::HttpRequest& request) {
  const auto header = request.headers.get("Authorization");
  return header.starts_with("Bearer ") ? trim(header.substr(7)) : std::string_view();
}

}  // namespace

net::HttpResponse error_response(int status, const WireError& error) {
  const json::object body{{"code", error.code}, {"error", error.message}};
  return net::HttpResponse::json(status, json::serialize(body));
}

std::string secret_subprotocol(const net::HttpRequest& request) {
  for (const auto& offered : offered_subprotocols(request)) {
    if (offered.starts_with(kSubprotocol)) return offered;
  }
  return {};
}

bool Door::is_key(std::string_view credential) const {
  return !credential.empty() && (key_.empty() || equal_in_constant_time(credential, key_));
}

bool Door::is_fresh_secret(std::string_view credential) const {
  const auto secret = secrets_.find(credential);
  return secret != secrets_.end() && world_.time.wall_now() < secret->second;
}

/// A header may carry either; a subprotocol a secret alone.
bool Door::is_valid(const net::HttpRequest& request) const {
  const auto bearer = bearer_of(request);
  if (secrets_.contains(bearer)) return is_fresh_secret(bearer);
  if (is_key(bearer)) return true;
  const auto offered = secret_subprotocol(request);
  return !offered.empty() && is_fresh_secret(std::string_view(offered).substr(kSubprotocol.size()));
}

std::optional<net::HttpResponse> Door::check(const net::HttpRequest& request) const {
  if (!is_valid(request)) {
    return error_response(401, {"unauthenticated", "Incorrect API key or client secret."});
  }
  if (!request.query("call_id").empty()) {
    return error_response(404, {"not_found", "No call with this id is running."});
  }
  const auto model = arrival_of(request).model;
  const auto& more = world_.script->models;
  const bool is_known = std::find(kModels.begin(), kModels.end(), model) != kModels.end() ||
                        std::find(more.begin(), more.end(), model) != more.end();
  if (is_known) return {};
  return error_response(400, {"invalid_model", "The model '" + model + "' does not exist."});
}

Arrival Door::arrival_of(const net::HttpRequest& request) {
  Arrival arrival{.model = std::string(request.query("model")),
                  .conversation_id = std::string(request.query("conversation_id"))};
  if (arrival.model.empty()) arrival.model = kDefaultModel;  // no error (protocol §1)
  return arrival;
}

net::HttpResponse Door::make_secret(const net::HttpRequest& request) {
  if (!is_key(bearer_of(request))) {
    return error_response(401, {"unauthenticated", "Incorrect API key provided."});
  }
  json::value body = json::object();
  if (!trim(request.body).empty()) {
    const auto parsed = parse_strict(request.body);
    if (!parsed) return error_response(400, {"invalid_json", parsed.error().message});
    body = *parsed;
  }
  if (auto problem = check_known_fields(body, "", kSecretFields)) {
    return error_response(400, *problem);
  }
  const auto* expiry = find_object(body.get_object(), "expires_after");
  const auto* seconds = expiry ? expiry->if_contains("seconds") : nullptr;
  const bool is_given = seconds && seconds->is_number();
  const auto expires =
      world_.time.wall_now() +
      (is_given ? std::chrono::seconds(seconds->to_number<std::int64_t>()) : kSecretLife);
  const auto value = make_id("xai-realtime-client-secret-", world_.random);
  if (secrets_.size() >= kMostSecrets) secrets_.clear();
  secrets_[value] = expires;
  world_.stats.count("secrets");
  const json::object answer{{"value", value}, {"expires_at", epoch_s(expires)}};
  return net::HttpResponse::json(200, json::serialize(answer));
}

}  // namespace callosum::sim::xai
