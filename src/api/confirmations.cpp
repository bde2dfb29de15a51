#include "api/confirmations.hpp"

#include <boost/json/serialize.hpp>

#include "api/query.hpp"
#include "api/status_error.hpp"
#include "base/json.hpp"

namespace callosum::api {

namespace asio = boost::asio;

namespace {

bool is_theirs(const auth::Principal& principal, const storage::Confirmation& row) {
  const bool has_slug = !row.tenant_slug.empty();
  // A credential for one pack acts in its sessions alone.
  if (!principal.pack.empty() && principal.pack != row.pack) return false;
  return principal.is_member_of(row.tenant_id) ||
         (has_slug && principal.is_member_of(row.tenant_slug));
}

json::object encode(const storage::Confirmation& row) {
  const auto args = parse_strict(row.arguments);
  return {{"confirmation_id", row.id},
          {"state", to_string(row.state)},
          {"tool", row.tool},
          {"args", args ? *args : json::value(json::object())},
          {"preview", row.preview},
          {"expires", row.expires_at_ms},
          {"tenant_id", row.tenant_id},
          {"session_id", row.session_id},
          {"created_at_ms", row.created_at_ms}};
}

/// What the body says, or why it cannot be read.
Result<bool> read_agree(std::string_view body) {
  const auto parsed = parse_strict(body, {.max_bytes = 4096, .max_depth = 4});
  const auto* fields = parsed ? parsed->if_object() : nullptr;
  const auto* agree = fields ? fields->if_contains("agree") : nullptr;
  if (agree && agree->is_bool()) return agree->get_bool();
  return fail(ErrorType::validation, R"(the body must be {"agree": true} or {"agree": false})");
}

net::HttpResponse answer_with(json::object body) {
  body["status"] = "success";
  auto response = net::HttpResponse::json(200, json::serialize(body));
  response.headers.set("Cache-Control", "no-store");
  return response;
}

}  // namespace

asio::awaitable<net::HttpResponse> ConfirmationsResource::handle(const net::HttpRequest& request,
                                                                 const std::vector<std::string>&) {
  const auto principal = ground_.authenticator.authenticate_user(request);
  if (!principal) co_return status_error(401, "Auth required");
  const auto known = check_query(request, {});
  if (!known) co_return status_error(400, known.error().message);
  auto listing = ground_.confirmations.list_open(principal->subject);
  const auto found = co_await std::move(listing);
  if (!found) co_return status_error(found.error(), ground_.random, ground_.log);
  json::array list;
  for (const auto& row : *found) {
    if (is_theirs(*principal, row)) list.push_back(encode(row));
  }
  co_return answer_with({{"confirmations", std::move(list)}});
}

asio::awaitable<net::HttpResponse> AnswerConfirmationResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  const auto principal = ground_.authenticator.authenticate_user(request);
  if (!principal) co_return status_error(401, "Auth required");
  const auto known = check_query(request, {});
  if (!known) co_return status_error(400, known.error().message);
  const auto agrees = read_agree(request.body);
  if (!agrees) co_return status_error(400, agrees.error().message);
  auto answering = answer(*principal, parts.front(), *agrees);
  const auto answered = co_await std::move(answering);
  if (!answered) co_return status_error(answered.error(), ground_.random, ground_.log);
  co_return answer_with({{"confirmation", encode(*answered)}});
}

asio::awaitable<Result<storage::Confirmation>> AnswerConfirmationResource::answer(
    auth::Principal principal, std::string id, bool agrees) {
  auto finding = ground_.confirmations.find(std::move(id), principal.subject);
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  if (!is_theirs(principal, *found)) {
    co_return fail(ErrorType::not_found, "there is no such confirmation");
  }
  storage::ConfirmationAnswer given;
  given.id = found->id;
  given.tenant_id = found->tenant_id;
  given.subject = principal.subject;
  given.agrees = agrees;
  given.how = storage::ConfirmationWay::channel;
  auto answering = ground_.confirmations.answer(std::move(given));
  auto answered = co_await std::move(answering);
  co_return answered;
}

}  // namespace callosum::api
