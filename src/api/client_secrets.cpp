#include "api/client_secrets.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "realtime/settings_shape.hpp"

namespace callosum::api {

namespace asio = boost::asio;

namespace {

/// OpenAI's own shape of an HTTP error, so that its clients can read it.
net::HttpResponse refusal(int status, std::string_view message, std::string_view param,
                          std::string_view code = {}) {
  const auto or_null = [](std::string_view text) {
    return text.empty() ? json::value(nullptr) : json::value(text);
  };
  const json::object error{{"message", message},
                           {"type", "invalid_request_error"},
                           {"param", or_null(param)},
                           {"code", or_null(code)}};
  return net::HttpResponse::json(status, json::serialize(json::object{{"error", error}}));
}

Result<std::chrono::seconds> life_of(const json::object& body) {
  const auto* wanted = find_object(body, "expires_after");
  if (!wanted && body.contains("expires_after") && !body.at("expires_after").is_null()) {
    return fail(ErrorType::validation, "'expires_after' must be an object.");
  }
  if (!wanted) return auth::ClientSecretStore::kDefaultLife;
  if (text_at(*wanted, "anchor") != "created_at") {
    return fail(ErrorType::validation, "Missing required parameter: 'expires_after.anchor'.");
  }
  const auto* seconds = wanted->if_contains("seconds");
  if (!seconds) return auth::ClientSecretStore::kDefaultLife;
  if (!seconds->is_int64()) {
    return fail(ErrorType::validation, "'expires_after.seconds' must be a whole number.");
  }
  return std::chrono::seconds(seconds->get_int64());
}

}  // namespace

ClientSecretsResource::ClientSecretsResource(const auth::Authenticator& authenticator,
                                             auth::ClientSecretStore& secrets)
    : authenticator_(authenticator), secrets_(secrets) {}

asio::awaitable<net::HttpResponse> ClientSecretsResource::handle(const net::HttpRequest& request,
                                                                 const std::vector<std::string>&) {
  const auto principal = authenticator_.authenticate(request);
  if (!principal) co_return refusal(401, principal.error().message, "");
  const auto body = parse_strict(request.body.empty() ? "{}" : std::string_view(request.body),
                                 {.max_bytes = 64 * 1024, .max_depth = 32});
  if (!body) co_return refusal(400, body.error().message, "");
  if (!body->is_object()) co_return refusal(400, "the body must be a JSON object", "");
  const auto& fields = body->get_object();
  const auto* session = find_object(fields, "session");
  if (!session && fields.contains("session")) {
    co_return refusal(400, "'session' must be an object", "session");
  }
  if (session && text_at(*session, "type", "realtime") != "realtime") {
    co_return refusal(400, "only sessions of type 'realtime' are served here", "session.type");
  }
  // What no session could have is said here already: at the connection there is nobody to tell.
  const auto fault = session ? realtime::find_settings_fault(*session, "session") : std::nullopt;
  if (fault) co_return refusal(400, fault->message, fault->param, fault->code);
  const auto life = life_of(fields);
  if (!life) co_return refusal(400, life.error().message, "expires_after");
  const auto secret = secrets_.mint(*principal, session ? *session : json::object{}, *life);
  if (!secret) co_return refusal(http_status(secret.error().type), secret.error().message, "");

  json::object effective = session ? *session : json::object{};
  effective["type"] = "realtime";
  effective["object"] = "realtime.session";
  effective["expires_at"] = 0;
  auto response = net::HttpResponse::json(
      200, json::serialize(json::object{{"value", secret->value},
                                        {"expires_at", epoch_s(secret->expires_at)},
                                        {"session", effective}}));
  response.headers.set("Cache-Control", "no-store");
  co_return response;
}

}  // namespace callosum::api
