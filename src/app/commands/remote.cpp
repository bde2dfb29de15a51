#include "app/commands/remote.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/serialize.hpp>

#include "app/call/call_client.hpp"
#include "app/commands/run_alone.hpp"
#include "app/runtime_files.hpp"
#include "async/time_source.hpp"
#include "base/json.hpp"
#include "net/client.hpp"

namespace callosum::app {

namespace json = boost::json;
using namespace std::chrono_literals;

void add_remote_options(CLI::App& verb, RemoteGateway& gateway) {
  verb.add_option("--to", gateway.to, "A running gateway; default: the demo's")->type_name("URL");
  verb.add_option("--token", gateway.token, "Default: CALLOSUM_TOKEN, else the demo's")
      ->type_name("T");
}

void add_pack_option(CLI::App& verb, RemoteGateway& gateway) {
  verb.add_option("--pack", gateway.pack, "With the tools and the prompt of this pack alone")
      ->type_name("NAME");
}

namespace {

/// The credential of a session that is made for this pack.
Result<std::string> make_session(const RemoteGateway& gateway, const config::Environment& env) {
  const json::object wish{{"pack", gateway.pack}};
  const auto made =
      ask_gateway(gateway, {"POST", "/api/realtime/session", json::serialize(wish)}, env);
  if (!made) return made.error();
  const auto answer = parse_strict(*made);
  const auto* fields = answer ? answer->if_object() : nullptr;
  auto value = fields ? std::string(text_at(*fields, "value")) : std::string();
  if (value.empty()) {
    return fail(ErrorType::permanent, "the gateway made no session that this program can read");
  }
  return value;
}

}  // namespace

Result<CallOptions> call_to(const RemoteGateway& gateway, const std::string& ca_file,
                            const config::Environment& env) {
  CallOptions options;
  options.url = find_url(env, gateway.to);
  auto token = gateway.pack.empty() ? find_token(env, gateway.token) : make_session(gateway, env);
  if (!token) return token.error();
  options.token = std::move(*token);
  if (options.url.starts_with("wss:")) {
    auto tls = net::make_client_tls(ca_file);
    if (!tls) return tls.error();
    options.tls = std::move(*tls);
  }
  return options;
}

Result<std::string> ask_gateway(const RemoteGateway& gateway, const AdminRequest& request,
                                const config::Environment& env) {
  const auto token = find_token(env, gateway.token);
  if (!token) return token.error();
  net::HttpRequest http;
  http.method = request.method;
  http.headers.set("Authorization", "Bearer " + *token);
  if (!request.body.empty()) http.headers.set("Content-Type", "application/json");
  http.body = request.body;
  const auto url = http_base_of(find_url(env, gateway.to)) + request.path;

  boost::asio::io_context context(1);
  async::SystemTime time;
  const auto deadline = async::Deadline::after(time, 60s);
  auto work = net::send_http(time, url, std::move(http), {}, deadline);
  auto response = run_alone(context, std::move(work));
  if (!response) {
    auto error = response.error();
    error.message += hint_for(error, gateway.to);
    return error;
  }
  if (response->status / 100 == 2) return std::move(response->body);
  const auto answer = parse_strict(response->body);
  const auto* error =
      answer && answer->is_object() ? find_object(answer->get_object(), "error") : nullptr;
  auto why = error ? std::string(text_at(*error, "message")) : std::string();
  if (why.empty() && answer && answer->is_object()) why = text_at(answer->get_object(), "message");
  const bool is_elsewhere = response->status == 404 && request.path.starts_with("/api/admin");
  return fail(ErrorType::permanent,
              "the gateway answered " + std::to_string(response->status) +
                  (why.empty() ? "" : ": " + why) +
                  (is_elsewhere ? "; --to wants its admin address (admin.listen)" : ""));
}

}  // namespace callosum::app
