#include "sim/openai/admission.hpp"

#include <array>
#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "sim/openai/shapes.hpp"
#include "sim/realtime/service_cloud.hpp"

namespace callosum::sim::openai {
namespace {

constexpr std::string_view kKeySubprotocol = "openai-insecure-api-key.";
constexpr std::string_view kBetaSubprotocol = "openai-beta.";
constexpr std::chrono::seconds kSecretLife{600};
constexpr std::size_t kMostSecrets = 10000;
constexpr std::string_view kDefaultModel = "gpt-realtime";

constexpr std::array<std::string_view, 1> kAnchors{"created_at"};
Problem is_life(const json::value& value, const std::string& path) {
  return check_integer(value, path, 10, 7200);
}
Problem check_expiry(const json::value& value, const std::string& path) {
  static constexpr std::array kFields{Field{"anchor", is_one_of<kAnchors>, true},
                                      Field{"seconds", is_life}};
  return check_fields(value, path, kFields);
}
constexpr std::array kSecretFields{Field{"expires_after", check_expiry, false, true},
                                   Field{"session", check_session, false, true}};

std::string credential_of(const net::HttpRequest& request) {
  const auto header = request.headers.get("Authorization");
  if (header.starts_with("Bearer ")) return std::string(trim(header.substr(7)));
  for (const auto& offered : offered_subprotocols(request)) {
    if (offered.starts_with(kKeySubprotocol)) return offered.substr(kKeySubprotocol.size());
  }
  return {};
}

bool is_beta(const net::HttpRequest& request) {
  if (request.headers.has("OpenAI-Beta")) return true;
  for (const auto& offered : offered_subprotocols(request)) {
    if (offered.starts_with(kBetaSubprotocol)) return true;
  }
  return false;
}

void refuse(Admission& admission, std::uint16_t close_code, WireError error) {
  admission.close_code = close_code;
  admission.refusal = std::move(error);
}

}  // namespace

net::HttpResponse error_response(int status, const WireError& error) {
  const auto or_null = [](const std::string& text) {
    return text.empty() ? json::value() : json::value(text);
  };
  const json::object body{{"error",
                           {{"message", error.message},
                            {"type", error.type},
                            {"param", or_null(error.param)},
                            {"code", or_null(error.code)}}}};
  return net::HttpResponse::json(status, json::serialize(body));
}

bool Door::has_key(const net::HttpRequest& request) const {
  const auto credential = credential_of(request);
  return !credential.empty() && (key_.empty() || equal_in_constant_time(credential, key_));
}

bool Door::is_valid(const std::string& credential) const {
  const auto secret = secrets_.find(credential);
  if (secret != secrets_.end()) return world_.time.wall_now() < secret->second.expires;
  if (credential.empty()) return false;
  return key_.empty() || equal_in_constant_time(credential, key_);
}

Admission Door::admit(const net::HttpRequest& request) {
  Admission admission;
  if (is_beta(request)) {
    refuse(admission, 4000,
           {"beta_api_shape_disabled",
            "The beta shape of the Realtime API is no longer supported. Use the GA shape."});
    return admission;
  }
  const auto credential = credential_of(request);
  if (!is_valid(credential)) {
    refuse(admission, 3000, {"invalid_api_key", "Incorrect API key provided."});
    return admission;
  }
  const auto secret = secrets_.find(credential);
  if (secret != secrets_.end()) admission.preset = secret->second.session;
  admit_kind(request, admission);
  return admission;
}

void Door::admit_kind(const net::HttpRequest& request, Admission& admission) const {
  admission.model = request.query("model");
  const auto intent = request.query("intent");
  if (!request.query("call_id").empty()) {
    return refuse(admission, 4000,
                  {"invalid_call_id", "No call with this id is running.", "call_id"});
  }
  if (!intent.empty() && intent != "transcription") {
    return refuse(admission, 4000,
                  {"invalid_value", "Supported intents are: 'transcription'.", "intent"});
  }
  const bool is_preset_transcription =
      admission.preset && text_at(*admission.preset, "type") == "transcription";
  if (intent == "transcription" || is_preset_transcription) {
    admission.kind = SessionKind::transcription;
    return;
  }
  if (admission.model.empty() && admission.preset) {
    admission.model = text_at(*admission.preset, "model", kDefaultModel);
  }
  if (admission.model.empty()) {
    return refuse(admission, 4000,
                  {"missing_model", "You must provide a model parameter.", "model"});
  }
  const auto& more = world_.script->models;
  const bool is_known = is_known_model(admission.model) ||
                        std::find(more.begin(), more.end(), admission.model) != more.end();
  if (!is_known) {
    return refuse(
        admission, 4000,
        {"invalid_model", "The model '" + admission.model + "' is not a realtime model.", "model"});
  }
  // The secret's session was made for its own model; the connection's word is newer.
  if (admission.preset) (*admission.preset)["model"] = admission.model;
}

net::HttpResponse Door::make_secret(const net::HttpRequest& request) {
  if (!has_key(request)) {
    return error_response(401, {"invalid_api_key", "Incorrect API key provided."});
  }
  json::value body = json::object();
  if (!trim(request.body).empty()) {
    const auto parsed = parse_strict(request.body);
    if (!parsed) return error_response(400, {"invalid_json", parsed.error().message});
    body = *parsed;
  }
  if (auto problem = check_fields(body, "", kSecretFields)) return error_response(400, *problem);
  const auto& fields = body.get_object();
  const auto* given = find_object(fields, "session");
  const json::object preset = given ? *given : json::object{{"type", "realtime"}};
  const bool is_transcription = text_at(preset, "type") == "transcription";
  SessionConfig config(is_transcription ? SessionKind::transcription : SessionKind::realtime,
                       text_at(preset, "model", kDefaultModel), world_.make_id("sess_"), 0);
  if (auto problem = config.apply(preset, {})) return error_response(400, *problem);

  const auto* expiry = find_object(fields, "expires_after");
  const auto* seconds = expiry ? expiry->if_contains("seconds") : nullptr;
  const std::chrono::seconds life(seconds ? seconds->to_number<std::int64_t>()
                                          : kSecretLife.count());
  const auto expires = world_.time.wall_now() + life;
  const auto value = make_id("ek_", world_.random);
  if (secrets_.size() >= kMostSecrets) secrets_.clear();
  secrets_[value] = {expires, preset};
  world_.stats.count("secrets");
  const json::object answer{
      {"value", value}, {"expires_at", epoch_s(expires)}, {"session", config.effective()}};
  return net::HttpResponse::json(200, json::serialize(answer));
}

}  // namespace callosum::sim::openai
