#include "api/session_tools.hpp"

#include <boost/json/serialize.hpp>

#include "api/call_epoch.hpp"
#include "api/idempotency_key.hpp"
#include "api/realtime_answer.hpp"
#include "api/status_error.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::api {

namespace asio = boost::asio;

namespace {

/// The session's ids out of the body, and what is left of it as the arguments.
Result<SessionCall> read_body(std::string_view body) {
  auto parsed = parse_strict(body.empty() ? "{}" : body,
                             {.max_bytes = 128 * 1024, .max_depth = 32, .safe_integers = true});
  if (!parsed) return parsed.error();
  auto* fields = parsed->if_object();
  if (!fields) {
    return fail(ErrorType::validation,
                "the body must be a JSON object: the tool's arguments, and session_id");
  }
  SessionCall asked;
  for (const auto* key : {"session_id", "openai_session_id"}) {
    const auto* value = fields->if_contains(key);
    if (!value) continue;
    if (!value->is_null() && !value->is_string()) {
      return fail(ErrorType::validation, std::string(key) + ": expected a string");
    }
    if (value->is_string() && !value->get_string().empty()) {
      asked.ids.emplace_back(value->get_string());
    }
    fields->erase(key);
  }
  if (asked.ids.empty()) {
    return fail(ErrorType::validation,
                "session_id or openai_session_id is required: the id of a live session of yours");
  }
  asked.call.arguments = json::serialize(*fields);
  return asked;
}

}  // namespace

asio::awaitable<net::HttpResponse> SessionToolsResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  const RealtimeAnswers answers{parts_.random, parts_.log};
  const auto principal = parts_.authenticator.authenticate_user(request);
  if (!principal) co_return status_error(401, "Auth required");
  auto asked = read_body(request.body);
  if (!asked) co_return status_error(400, asked.error().message);
  auto call_id = read_call_id(request, {});
  if (!call_id) co_return status_error(400, call_id.error().message);
  const auto epoch = epoch_in(request);
  if (!epoch) co_return status_error(400, epoch.error().message);
  asked->epoch = *epoch;
  asked->call.call_id = std::move(*call_id);
  asked->call.name = parts.front();
  if (is_destructive_name(asked->call.name)) co_return destructive_refusal();
  auto running = parts_.desk.run(*principal, std::move(*asked));
  const auto answer = co_await std::move(running);
  co_return answer ? answers.encode(**answer) : answers.encode(answer.error());
}

}  // namespace callosum::api
