#include "sim/twilio/rest.hpp"

#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"

namespace callosum::sim::twilio {

namespace asio = boost::asio;

namespace {

net::HttpResponse error(int status, int code, const std::string& message) {
  const json::object body{
      {"code", code},
      {"message", message},
      {"more_info", "https://www.twilio.com/docs/errors/" + std::to_string(code)},
      {"status", status}};
  return net::HttpResponse::json(status, json::serialize(body));
}

net::HttpResponse not_found(const net::HttpRequest& request) {
  return error(404, 20404,
               "The requested resource " + std::string(request.path()) + " was not found");
}

/// A form as if it were a query.
std::string field(const net::HttpRequest& request, std::string_view name) {
  net::HttpRequest form;
  form.target = "/?" + request.body;
  return form.query(name);
}

/// What a live call is told, from one of Status, Twiml, Url.
Result<std::vector<Verb>> read_orders(const net::HttpRequest& request) {
  const auto status = field(request, "Status");
  if (status == "completed" || status == "canceled") {
    return std::vector<Verb>{Verb{.kind = VerbKind::hang_up}};
  }
  if (!status.empty()) return fail(ErrorType::validation, "Status '" + status + "'");
  const auto twiml = field(request, "Twiml");
  if (!twiml.empty()) return parse_twiml(twiml);
  const auto url = field(request, "Url");
  if (url.empty()) return fail(ErrorType::validation, "one of Status, Twiml and Url is needed");
  return std::vector<Verb>{Verb{.kind = VerbKind::redirect, .text = url}};
}

}  // namespace

asio::awaitable<net::HttpResponse> RestDoor::handle(const net::HttpRequest& request) {
  co_return answer(request);
}

asio::awaitable<net::UpgradeDecision> RestDoor::upgrade(const net::HttpRequest& request) {
  net::UpgradeDecision decision;
  decision.refusal = not_found(request);
  co_return decision;
}

net::HttpResponse RestDoor::answer(const net::HttpRequest& request) {
  const auto path = request.path();
  if (path.starts_with("/2010-04-01/")) return answer_api(request);
  if (path == "/sim/stats") {
    return net::HttpResponse::json(200, json::serialize(phone_.report.summary()));
  }
  if (path == "/sim/calls" && request.method == "POST") return place(request);
  return not_found(request);
}

bool RestDoor::is_let_in(const net::HttpRequest& request) const {
  const auto& options = phone_.options;
  const auto pair = options.account + ":" + options.auth_token;
  const std::vector<std::uint8_t> bytes(pair.begin(), pair.end());
  return request.headers.get("Authorization") == "Basic " + encode_base64(bytes);
}

net::HttpResponse RestDoor::answer_api(const net::HttpRequest& request) {
  if (!is_let_in(request)) return error(401, 20003, "Authenticate");
  phone_.report.count("rest_requests");
  const auto account = "/2010-04-01/Accounts/" + phone_.options.account + "/Calls";
  auto path = request.path();
  if (!path.starts_with(account) || !path.ends_with(".json")) return not_found(request);
  path.remove_prefix(account.size());
  path.remove_suffix(std::string_view(".json").size());
  if (path.empty() && request.method == "POST") return create(request);
  const auto live = path.starts_with('/') ? phone_.live.find(path.substr(1)) : phone_.live.end();
  if (live == phone_.live.end()) return not_found(request);
  if (request.method == "POST") return update(request, *live->second);
  return net::HttpResponse::json(200, json::serialize(live->second->to_json()));
}

net::HttpResponse RestDoor::update(const net::HttpRequest& request, Call& call) {
  auto orders = read_orders(request);
  if (!orders) return error(400, 21218, orders.error().message);
  call.order(std::move(*orders));
  return net::HttpResponse::json(200, json::serialize(call.to_json()));
}

net::HttpResponse RestDoor::create(const net::HttpRequest& request) {
  auto orders = read_orders(request);
  const auto to = field(request, "To");
  const auto from = field(request, "From");
  if (to.empty() || from.empty()) return error(400, 21201, "To and From are needed");
  if (!orders) return error(400, 21205, orders.error().message);
  Call& call = dial_({from, to, std::move(*orders), script_});
  call.set_direction("outbound-api");
  return net::HttpResponse::json(201, json::serialize(call.to_json()));
}

net::HttpResponse RestDoor::place(const net::HttpRequest& request) {
  auto script = script_;
  if (!request.body.empty()) {
    auto parsed = parse_call_script(request.body, "");
    if (!parsed) return error(400, 0, parsed.error().message);
    script = std::make_shared<const CallScript>(std::move(*parsed));
  }
  const Call& call = dial_({{}, {}, {}, std::move(script)});
  return net::HttpResponse::json(201, json::serialize(call.to_json()));
}

}  // namespace callosum::sim::twilio
