#pragma once

#include <boost/json/serialize.hpp>
#include <string>

#include "base/json.hpp"
#include "sim/google/base64_text.hpp"
#include "sim/google/civil_time.hpp"
#include "sim/google/cloud.hpp"
#include "virtual_world.hpp"

namespace callosum::sim::google::testing {

/// The simulator under virtual time, and a client that needs no consent page.
class GoogleLine {
 public:
  explicit GoogleLine(const OAuthOptions& options = {.consent = ConsentMode::automatic})
      : cloud(world, options) {
    world.accounts.add({"john@work.example", "Europe/Amsterdam"}).value();
    world.accounts.add({"john@home.example", "Europe/Amsterdam"}).value();
  }

  net::HttpResponse send(const std::string& method, const std::string& target,
                         const std::string& body = {}, const std::string& token = {}) {
    net::HttpRequest request;
    request.method = method;
    request.target = target;
    request.body = body;
    if (!token.empty()) request.headers.set("Authorization", "Bearer " + token);
    for (const auto& [name, value] : headers) request.headers.set(name, value);
    return virtual_world.run(cloud.handle(request));
  }
  json::object get(const std::string& target) { return object_of(send("GET", target, {}, token)); }
  json::object post(const std::string& target, const json::object& body) {
    return object_of(send("POST", target, json::serialize(body), token));
  }
  static json::object object_of(const net::HttpResponse& response) {
    const auto parsed = parse_strict(response.body, {.max_bytes = 16u << 20});
    return parsed && parsed->is_object() ? parsed->get_object() : json::object();
  }

  /// Signs in: the token is used from then on.
  void sign_in(const std::string& email, std::string scopes = {}) {
    if (scopes.empty()) {
      scopes = join_scopes({std::string(scope::kMailAll), std::string(scope::kCalendar)});
    }
    AuthRequest request{.client_id = "c",
                        .redirect_uri = "http://here.example/",
                        .scopes = parse_scopes(scopes),
                        .is_offline = true};
    const CodeExchange exchange{
        world.oauth.give_code(request, email, request.scopes), "c", "http://here.example/", {}};
    token = world.oauth.redeem(exchange)->access_token;
  }
  void script(const std::string& yaml) { world.set_script(parse_script(yaml).value()); }

  callosum::testing::VirtualWorld virtual_world;
  SeededRandom random{7};
  EventLog log{virtual_world.time()};
  World world{virtual_world.time(),
              random,
              log,
              {.now = WallTime(
                   std::chrono::milliseconds(parse_time_ms("2026-11-18T10:00:00+01:00").value()))}};
  Cloud cloud;
  std::string token;
  std::vector<std::pair<std::string, std::string>> headers;
};

/// The status, the reason and the message of a refusal.
inline std::string refusal_of(const net::HttpResponse& response) {
  const auto body = GoogleLine::object_of(response);
  const auto* error = find_object(body, "error");
  if (!error) return std::to_string(response.status);
  const auto* errors = find_array(*error, "errors");
  return std::to_string(response.status) + " " +
         std::string(text_at(errors->front().get_object(), "reason")) + ": " +
         std::string(text_at(*error, "message"));
}

}  // namespace callosum::sim::google::testing
