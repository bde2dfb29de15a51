#include "api/admin_tools.hpp"

#include <boost/json/serialize.hpp>

#include "api/auth/admin_role.hpp"
#include "base/json.hpp"

namespace callosum::api {

namespace asio = boost::asio;

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
  std::string tenant(text_at(*fields, "tenant_id"));
  auto call = co_await plan_(*principal, std::move(tenant));
  if (!call) co_return error_response(call.error());

  const bool has_args = args && args->is_object();
  call->call = {std::string(text_at(*fields, "call_id")), parts.front(),
                has_args ? json::serialize(*args) : "{}"};
  const auto envelope = co_await executor_.run(std::move(*call));
  co_return net::HttpResponse::json(200, registry::encode_text(envelope));
}

}  // namespace callosum::api
