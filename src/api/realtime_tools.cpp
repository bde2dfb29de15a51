#include "api/realtime_tools.hpp"

#include <algorithm>
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

/// What the body says, or why it cannot be read.
struct Asked {
  std::string tenant, tool, session_id, call_id, arguments;
  std::optional<std::uint64_t> epoch;
};

Result<std::string> text_of(const json::object& fields, std::string_view key, bool is_required) {
  const auto* value = fields.if_contains(key);
  if (!value || value->is_null()) {
    if (!is_required) return std::string();
    return fail(ErrorType::validation, "tenant_id and tool_name are required");
  }
  const auto* text = value->if_string();
  if (!text || (is_required && text->empty())) {
    return fail(ErrorType::validation, is_required ? "tenant_id and tool_name are required"
                                                   : std::string(key) + ": expected a string");
  }
  return std::string(*text);
}

Result<Asked> read_body(std::string_view body) {
  const auto parsed =
      parse_strict(body, {.max_bytes = 128 * 1024, .max_depth = 32, .safe_integers = true});
  if (!parsed) return parsed.error();
  const auto* fields = parsed->if_object();
  if (!fields) return fail(ErrorType::validation, "tenant_id and tool_name are required");
  Asked asked;
  for (const auto& [key, to, is_required] :
       {std::tuple{"tenant_id", &asked.tenant, true}, std::tuple{"tool_name", &asked.tool, true},
        std::tuple{"session_id", &asked.session_id, false},
        std::tuple{"call_id", &asked.call_id, false}}) {
    auto text = text_of(*fields, key, is_required);
    if (!text) return text.error();
    *to = std::move(*text);
  }
  const auto* arguments = fields->if_contains("tool_args");
  const bool is_absent = !arguments || arguments->is_null();
  if (!is_absent && !arguments->is_object()) {
    return fail(ErrorType::validation, "tool_args: expected an object");
  }
  auto epoch = epoch_in(*fields);
  if (!epoch) return epoch.error();
  asked.epoch = *epoch;
  asked.arguments = is_absent ? "{}" : json::serialize(*arguments);
  return asked;
}

/// The planned call under the rules of a live session.
void stand_alone(pipeline::CallRequest& request) {
  auto context = std::make_shared<registry::CallContext>(*request.context);
  context->is_realtime = true;
  context->is_provider_planned = true;
  context->provider = "http";
  context->channel = registry::Channel::voice;
  context->access_mode = std::min(context->access_mode, registry::AccessMode::propose_actions);
  request.context = std::move(context);
}

}  // namespace

asio::awaitable<net::HttpResponse> RealtimeToolsResource::handle(const net::HttpRequest& request,
                                                                 const std::vector<std::string>&) {
  const RealtimeAnswers answers{parts_.random, parts_.log};
  const auto principal = parts_.authenticator.authenticate_user(request);
  if (!principal) co_return status_error(401, "Auth required");
  auto asked = read_body(request.body);
  if (!asked) co_return status_error(400, asked.error().message);
  auto call_id = read_call_id(request, std::move(asked->call_id));
  if (!call_id) co_return status_error(400, call_id.error().message);
  if (is_destructive_name(asked->tool)) co_return destructive_refusal();
  auto planning = parts_.plan(*principal, asked->tenant);
  auto planned = co_await std::move(planning);
  if (!planned) co_return answers.encode(planned.error());
  registry::ToolCall call{std::move(*call_id), std::move(asked->tool), std::move(asked->arguments)};
  if (!asked->session_id.empty()) {
    SessionCall within{
        {std::move(asked->session_id)}, planned->context->tenant_id, std::move(call), asked->epoch};
    auto running = parts_.desk.run(*principal, std::move(within));
    const auto answer = co_await std::move(running);
    co_return answer ? answers.encode(**answer) : answers.encode(answer.error());
  }
  planned->call = std::move(call);
  stand_alone(*planned);
  auto running = parts_.desk.run_alone(std::move(*planned));
  const auto answer = co_await std::move(running);
  co_return answers.encode(*answer);
}

}  // namespace callosum::api
