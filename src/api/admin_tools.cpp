#include "api/admin_tools.hpp"

#include <boost/json/serialize.hpp>

#include "api/auth/admin_role.hpp"
#include "base/json.hpp"

namespace callosum::api {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxIdBytes = 200;

/// A call outside any conversation has a session of its own; where its id is known that is the same
/// one each time, so that the ledger recognises a call that is made again, also after a restart.
void recognise_again(pipeline::CallRequest& request, const std::string& call_id) {
  if (call_id.empty()) return;
  auto context = std::make_shared<registry::CallContext>(*request.context);
  context->session_id = "console:" + context->subject + ":" + call_id;
  request.context = std::move(context);
}

}  // namespace

AdminToolsResource::AdminToolsResource(const auth::Authenticator& authenticator, PlanCall plan,
                                       pipeline::Executor& executor)
    : authenticator_(authenticator), plan_(std::move(plan)), executor_(executor) {}

asio::awaitable<net::HttpResponse> AdminToolsResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  const auto principal = auth::authenticate_admin(authenticator_, request);
  if (!principal) co_return error_response(principal.error());
  const auto body = parse_strict(request.body.empty() ? "{}" : std::string_view(request.body),
                                 {.max_bytes = 128 * 1024, .max_depth = 32, .safe_integers = true});
  if (!body) co_return error_response(body.error());
  const auto* fields = body->if_object();
  if (!fields) {
    const auto error =
        fail(ErrorType::validation, "the body must be a JSON object: {tenant_id?, args?}");
    co_return error_response(error);
  }
  const auto* args = fields->if_contains("args");
  if (args && !args->is_object() && !args->is_null()) {
    const auto error = fail(ErrorType::validation, "args: expected an object");
    co_return error_response(error);
  }
  const auto* id = fields->if_contains("call_id");
  const bool has_id = id && !id->is_null();
  std::string call_id(text_at(*fields, "call_id"));
  if ((has_id && !id->is_string()) || call_id.size() > kMaxIdBytes) {
    const auto error = fail(ErrorType::validation, "call_id: expected a text of at most 200 bytes");
    co_return error_response(error);
  }
  const auto* named = fields->if_contains("tenant_id");
  if (named && !named->is_string() && !named->is_null()) {
    const auto error = fail(ErrorType::validation, "tenant_id: expected a text");
    co_return error_response(error);
  }
  std::string tenant(text_at(*fields, "tenant_id"));
  auto call = co_await plan_(*principal, std::move(tenant));
  if (!call) co_return error_response(call.error());

  const bool has_args = args && args->is_object();
  recognise_again(*call, call_id);
  call->call = {std::move(call_id), parts.front(), has_args ? json::serialize(*args) : "{}"};
  const auto envelope = co_await executor_.run(std::move(*call));
  co_return net::HttpResponse::json(200, registry::encode_text(envelope));
}

}  // namespace callosum::api
