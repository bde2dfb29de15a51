#include "sim/google/api_door.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::sim::google {
namespace {

constexpr std::size_t kMostRecorded = 500;  // of a text, in bytes

net::HttpResponse encode_reply(const ApiReply& reply) {
  net::HttpResponse response;
  const bool has_body = reply.status != 204 && reply.status != 304;
  if (has_body) response = net::HttpResponse::json(reply.status, json::serialize(reply.body));
  response.status = reply.status;
  if (!reply.etag.empty()) response.headers.set("ETag", reply.etag);
  return response;
}

const Route* find_route(const Service& service, const net::HttpRequest& request,
                        std::vector<std::string>& ids) {
  const auto path = request.path().substr(service.prefix.size());
  for (const auto& route : service.routes) {
    if (route.method != request.method) continue;
    if (auto found = match_path(route.pattern, path)) {
      ids = std::move(*found);
      return &route;
    }
  }
  return nullptr;
}

Answer<json::object> read_body(const net::HttpRequest& request) {
  const bool has_body = request.method != "GET" && request.method != "DELETE";
  if (!has_body || trim(request.body).empty()) return json::object();
  auto parsed = parse_strict(request.body);
  if (!parsed)
    return bad_request("Invalid JSON payload received. " + parsed.error().message, "parseError");
  if (!parsed->is_object()) {
    return bad_request("Invalid JSON payload received. An object is expected.", "parseError");
  }
  return parsed->get_object();
}

std::string join_views(std::span<const std::string_view> views) {
  std::string out;
  for (const auto view : views) out += (out.empty() ? "" : " ") + std::string(view);
  return out;
}

}  // namespace

std::string bearer_of(const net::HttpRequest& request) {
  const auto header = request.headers.get("Authorization");
  const auto blank = header.find(' ');
  if (blank == std::string_view::npos || to_lower_ascii(header.substr(0, blank)) != "bearer") {
    return {};
  }
  return std::string(trim(header.substr(blank + 1)));
}

net::HttpResponse fault_response(const Fault& fault) {
  auto error = fault.status == 401 ? unauthenticated(true) : error_of_status(fault.status);
  if (!fault.reason.empty()) error.reason = fault.reason;
  if (!fault.message.empty()) {
    error.message = fault.message;
    error.detail = fault.message;
  }
  auto response = error_response(error);
  if (fault.retry_after > 0) {
    response.headers.set("Retry-After", std::to_string(fault.retry_after));
  }
  return response;
}

const Service* ApiDoor::find_service(std::string_view path) {
  for (const auto* service : {&mail_service(), &calendar_service()}) {
    if (path.starts_with(service->prefix)) return service;
  }
  return nullptr;
}

Answer<ApiDoor::Caller> ApiDoor::identify(const net::HttpRequest& request) {
  const auto token = bearer_of(request);
  const auto access = token.empty() ? std::nullopt : world_.oauth.find_access(token);
  auto* const account = access ? world_.accounts.find(access->account) : nullptr;
  if (!account) {
    world_.stats.count("unauthenticated");
    return unauthenticated(!token.empty());
  }
  return Caller{account, access->scopes};
}

Answer<ApiCall> ApiDoor::admit(const net::HttpRequest& request, const Service& service,
                               const Route*& route) {
  auto caller = identify(request);
  if (!caller) return caller.error();
  std::vector<std::string> ids;
  route = find_route(service, request, ids);
  if (!route) {
    return not_found("The simulator has no " + request.method + " " + repair_utf8(request.path()) +
                     "; sim/README.md lists what it has.");
  }
  if (!has_any_scope(caller->scopes, route->scopes)) {
    world_.stats.count("missing_scopes");
    return insufficient_scope(service.name, std::string(service.methods) + std::string(route->name),
                              join_views(route->scopes));
  }
  auto body = read_body(request);
  if (!body) return body.error();
  return ApiCall{.world = world_,
                 .account = *caller->account,
                 .scopes = std::move(caller->scopes),
                 .request = request,
                 .query = Params::of_query(request),
                 .ids = std::move(ids),
                 .body = std::move(*body),
                 .request_id = {}};
}

Answer<ApiReply> ApiDoor::run(const net::HttpRequest& request, const Service& service,
                              json::object& record) {
  const Route* route = nullptr;
  auto call = admit(request, service, route);
  if (!call) return call.error();
  record["account"] = call->account.email;
  record["name"] = std::string(service.methods) + std::string(route->name);
  auto reply = route->run(*call);
  if (!call->request_id.empty()) {
    record["request_id"] = cut_utf8(call->request_id, kMostRecorded);
  }
  return reply;
}

net::HttpResponse ApiDoor::handle(const net::HttpRequest& request, const Service& service,
                                  const std::optional<Fault>& met) {
  const auto path = repair_utf8(request.path());
  json::object record{{"method", request.method}, {"path", cut_utf8(path, kMostRecorded)}};
  const auto key = repair_utf8(request.headers.get("Idempotency-Key"));
  if (!key.empty()) record["idempotency_key"] = cut_utf8(key, kMostRecorded);
  const bool is_refused = met && met->status != 0;
  net::HttpResponse response;
  if (!is_refused || met->is_after) {
    const auto reply = run(request, service, record);
    response = reply ? encode_reply(*reply) : error_response(reply.error());
  }
  if (is_refused) response = fault_response(*met);
  record["status"] = response.status;
  world_.stats.count("requests");
  if (response.status >= 400) world_.stats.count("errors_sent");
  if (met) record["fault"] = true;
  world_.log.event("http", "in", record);
  world_.stats.record_request(std::move(record));
  return response;
}

}  // namespace callosum::sim::google
