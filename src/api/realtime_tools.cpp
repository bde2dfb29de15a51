#include "api/realtime_tools.hpp"

#include <algorithm>
#include <boost/json/serialize.hpp>

#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::api {

namespace asio = boost::asio;

namespace {

constexpr std::int64_t kWindowMs = 10'000;

net::HttpResponse refusal(int status, std::string_view message) {
  return net::HttpResponse::json(
      status, json::serialize(json::object{{"status", "error"}, {"message", message}}));
}

net::HttpResponse destructive() {
  return refusal(403, "Realtime is not allowed to call destructive tools");
}

/// What the body says, or why it cannot be read.
struct Asked {
  std::string tenant, tool, session_id, call_id, arguments;
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
  asked.arguments = is_absent ? "{}" : json::serialize(*arguments);
  return asked;
}

}  // namespace

std::shared_ptr<policy::SessionCalls> RealtimeToolsResource::window_of(const std::string& whose,
                                                                       std::uint64_t number) {
  const auto known = by_whose_.find(whose);
  if (known != by_whose_.end()) {
    windows_.splice(windows_.begin(), windows_, known->second);
  } else {
    windows_.push_front({whose, 0, nullptr});
    by_whose_.emplace(windows_.front().whose, windows_.begin());
  }
  if (windows_.size() > kMaxWindows) {
    by_whose_.erase(windows_.back().whose);
    windows_.pop_back();
  }
  auto& window = windows_.front();
  if (!window.calls || window.number != number) {
    window.number = number;
    window.calls = std::make_shared<policy::SessionCalls>();
  }
  return window.calls;
}

void RealtimeToolsResource::stand_alone(pipeline::CallRequest& request) {
  auto context = std::make_shared<registry::CallContext>(*request.context);
  context->is_realtime = true;
  context->is_provider_planned = true;
  context->provider = "http";
  context->channel = registry::Channel::voice;
  context->access_mode = std::min(context->access_mode, registry::AccessMode::propose_actions);
  const auto window = epoch_ms(parts_.clock.wall_now()) / kWindowMs;
  context->turn = static_cast<std::uint64_t>(window);
  request.calls = window_of(context->subject + "\n" + context->tenant_id, context->turn);
  const auto* tool = request.catalog->snapshot()->find(request.call.name);
  const auto arguments = parse_arguments(request.call.arguments);
  const bool reads = tool && arguments && tool->access_for(&*arguments) == registry::Access::read;
  // Two of one id are one proposal, but never one reading.
  if (reads || request.call.call_id.empty()) {
    request.call.call_id = make_id("call_", parts_.random);
  } else {
    context->session_id = "http:" + context->subject;
  }
  request.context = std::move(context);
}

net::HttpResponse RealtimeToolsResource::answer(const registry::Envelope& envelope) {
  const auto type = envelope.error ? envelope.error->type : ErrorType::not_found;
  if (envelope.error && type == ErrorType::destructive_blocked) return destructive();
  if (envelope.error && type == ErrorType::internal) {
    const auto id = make_id("err_", parts_.random);
    parts_.log.error("realtime_tool_failed", {{"error_id", id},
                                              {"tool", envelope.meta.tool_id},
                                              {"message", envelope.error->message},
                                              {"detail", envelope.error->detail}});
    const json::object body{
        {"status", "error"}, {"message", "Realtime tool execution failed"}, {"error_id", id}};
    return net::HttpResponse::json(500, json::serialize(body));
  }
  return net::HttpResponse::json(
      200, R"({"status":"success","data":)" + registry::encode_text(envelope) + "}");
}

asio::awaitable<net::HttpResponse> RealtimeToolsResource::handle(const net::HttpRequest& request,
                                                                 const std::vector<std::string>&) {
  const auto principal = parts_.authenticator.authenticate(request);
  if (!principal) co_return refusal(401, "Auth required");
  auto asked = read_body(request.body);
  if (!asked) co_return refusal(400, asked.error().message);
  if (is_destructive_name(asked->tool)) co_return destructive();
  auto planning = parts_.plan(*principal, asked->tenant);
  auto planned = co_await std::move(planning);
  if (!planned) {
    const bool is_theirs = planned.error().type != ErrorType::forbidden;
    co_return is_theirs ? error_response(planned.error())
                        : refusal(403, "You are not a member of that business");
  }
  if (!asked->session_id.empty()) {
    registry::Envelope envelope;
    envelope.error = fail(ErrorType::session_inactive, "there is no such session any more");
    co_return answer(envelope);
  }
  planned->call = {std::move(asked->call_id), std::move(asked->tool), std::move(asked->arguments)};
  stand_alone(*planned);
  auto running = parts_.executor.run(std::move(*planned));
  const auto envelope = co_await std::move(running);
  co_return answer(envelope);
}

}  // namespace callosum::api
