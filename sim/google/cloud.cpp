#include "sim/google/cloud.hpp"

#include <boost/json/serialize.hpp>

#include "async/with_deadline.hpp"
#include "base/json.hpp"
#include "sim/google/civil_time.hpp"
#include "sim/google/mail_text.hpp"

namespace callosum::sim::google {
namespace {

namespace asio = boost::asio;

net::HttpResponse no_such_page(const net::HttpRequest& request) {
  return error_response(not_found("The simulator has no " + request.method + " " +
                                  repair_utf8(request.path()) +
                                  "; sim/README.md lists what it has."));
}

/// One line: nobody may write further fields into a header.
std::string one_line(std::string_view text) {
  std::string out(text);
  for (auto& c : out) {
    if (c == '\r' || c == '\n' || c == '\0') c = ' ';
  }
  return out;
}

/// A mail from anybody outside: {to, from, subject, text}.
std::string write_mail(const json::object& given, const std::string& date, const std::string& id) {
  return "From: " + one_line(text_at(given, "from", "somebody@outside.example")) +
         "\r\nTo: " + one_line(text_at(given, "to")) +
         "\r\nSubject: " + encode_header(one_line(text_at(given, "subject"))) +
         "\r\nDate: " + date + "\r\nMessage-ID: <" + id + "@outside.example>" +
         "\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" +
         std::string(text_at(given, "text"));
}

}  // namespace

asio::awaitable<net::HttpResponse> Cloud::handle(const net::HttpRequest& request) {
  const auto met = meet_fault(request);
  if (met && met->delay.count() > 0) {
    const auto until = async::Deadline::after(world_.time, met->delay);
    co_await async::sleep_until(until);
  }
  co_return answer(request, met);
}

asio::awaitable<net::UpgradeDecision> Cloud::upgrade(const net::HttpRequest& request) {
  net::UpgradeDecision decision;
  decision.refusal = no_such_page(request);
  co_return decision;
}

std::optional<Fault> Cloud::meet_fault(const net::HttpRequest& request) {
  if (request.path().starts_with("/sim/")) return {};
  const auto token = bearer_of(request);
  const auto access = token.empty() ? std::nullopt : world_.oauth.find_access(token);
  auto met = world_.faults.take(request.method, request.path(), access ? access->account : "");
  if (met) world_.stats.count("injected_faults");
  return met;
}

net::HttpResponse Cloud::answer(const net::HttpRequest& request, const std::optional<Fault>& met) {
  const auto path = request.path();
  if (path.starts_with("/sim/")) return answer_sim(request);
  if (OAuthDoor::has(path)) return answer_oauth(request, met);
  const auto* service = ApiDoor::find_service(path);
  return service ? api_.handle(request, *service, met) : no_such_page(request);
}

net::HttpResponse Cloud::answer_oauth(const net::HttpRequest& request,
                                      const std::optional<Fault>& met) {
  const bool is_refused = met && met->status != 0;
  net::HttpResponse response;
  if (!is_refused || met->is_after) response = oauth_.handle(request);
  if (is_refused) {
    const OAuthError error{.status = met->status,
                           .error = met->reason.empty() ? "internal_failure" : met->reason,
                           .description = met->message};
    response = oauth_error_response(error);
    if (met->retry_after > 0) {
      response.headers.set("Retry-After", std::to_string(met->retry_after));
    }
  }
  const json::object line{
      {"method", request.method}, {"path", request.path()}, {"status", response.status}};
  world_.log.event("http", "in", line);
  return response;
}

net::HttpResponse Cloud::answer_sim(const net::HttpRequest& request) {
  const auto path = request.path();
  if (path == "/sim/stats" && request.method == "GET") {
    return net::HttpResponse::json(200, json::serialize(world_.stats.to_json()));
  }
  if (request.method != "POST") return no_such_page(request);
  if (path == "/sim/script") return take_script(request);
  if (path == "/sim/mail") return take_mail(request);
  if (path == "/sim/reset") {
    world_.stats = Stats();
    world_.accounts.reset();
    return net::HttpResponse::json(200, "{}");
  }
  if (path == "/sim/revoke") {
    const auto account = Params::of_query(request).get("account");
    const json::object body{{"revoked", world_.oauth.revoke_account(account)}};
    return net::HttpResponse::json(200, json::serialize(body));
  }
  return no_such_page(request);
}

net::HttpResponse Cloud::take_script(const net::HttpRequest& request) {
  auto script = parse_script(request.body);
  if (!script) return error_response(bad_request(script.error().message, "invalidScript"));
  world_.set_script(std::move(*script));
  return net::HttpResponse::json(200, "{}");
}

net::HttpResponse Cloud::take_mail(const net::HttpRequest& request) {
  const auto parsed = parse_strict(request.body);
  const auto* given = parsed ? parsed->if_object() : nullptr;
  auto* const account = given ? world_.accounts.find(text_at(*given, "to")) : nullptr;
  if (!account) {
    return error_response(
        bad_request("{to, from, subject, text} is expected, to being one of the accounts"));
  }
  const auto date = format_mail_date(account->mailbox.now_ms(), account->zone);
  const auto id = "in-" + std::to_string(world_.random.next_u64());
  const auto added = account->mailbox.add(
      {.raw = write_mail(*given, date, id), .labels = {"UNREAD", "CATEGORY_PERSONAL", "INBOX"}});
  if (!added) return error_response(added.error());
  const json::object body{{"id", (*added)->id}, {"threadId", (*added)->thread_id}};
  return net::HttpResponse::json(200, json::serialize(body));
}

}  // namespace callosum::sim::google
