#include "api/admin_tools.hpp"

#include <boost/json/serialize.hpp>
#include <tuple>

#include "api/auth/admin_role.hpp"
#include "base/json.hpp"

namespace callosum::api {

namespace asio = boost::asio;

namespace {

constexpr std::size_t kMaxIdBytes = 200;
constexpr std::size_t kMaxAddressBytes = 320;

/// A call outside any conversation has a session of its own; where its id is known that is the same
/// one each time, so that the ledger recognises a call that is made again, also after a restart.
void recognise_again(pipeline::CallRequest& request, const std::string& call_id) {
  if (call_id.empty()) return;
  auto context = std::make_shared<registry::CallContext>(*request.context);
  context->session_id = "console:" + context->subject + ":" + call_id;
  request.context = std::move(context);
}

struct Asked {
  std::string tenant, account, call_id, arguments = "{}";
};

/// A text, "" where there is none.
Result<std::string> text_of(const json::object& fields, std::string_view key, std::size_t most) {
  const auto* value = fields.if_contains(key);
  if (!value || value->is_null()) return std::string();
  const auto* text = value->if_string();
  if (text && text->size() <= most) return std::string(*text);
  return fail(ErrorType::validation,
              std::string(key) + ": expected a text of at most " + std::to_string(most) + " bytes");
}

Result<Asked> read_body(std::string_view text) {
  const auto body = parse_strict(text.empty() ? "{}" : text,
                                 {.max_bytes = 128 * 1024, .max_depth = 32, .safe_integers = true});
  if (!body) return body.error();
  const auto* fields = body->if_object();
  if (!fields) {
    return fail(ErrorType::validation,
                "the body must be a JSON object: {tenant_id?, account?, args?}");
  }
  Asked asked;
  for (const auto& [key, to, most] : {std::tuple{"tenant_id", &asked.tenant, kMaxIdBytes},
                                      std::tuple{"account", &asked.account, kMaxAddressBytes},
                                      std::tuple{"call_id", &asked.call_id, kMaxIdBytes}}) {
    auto value = text_of(*fields, key, most);
    if (!value) return value.error();
    *to = std::move(*value);
  }
  const auto* args = fields->if_contains("args");
  if (args && !args->is_object() && !args->is_null()) {
    return fail(ErrorType::validation, "args: expected an object");
  }
  if (args && args->is_object()) asked.arguments = json::serialize(*args);
  return asked;
}

}  // namespace

asio::awaitable<net::HttpResponse> AdminToolsResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& parts) {
  const auto principal = auth::authenticate_admin(parts_.authenticator, request);
  if (!principal) co_return error_response(principal.error());
  auto asked = read_body(request.body);
  if (!asked) co_return error_response(asked.error());
  auto planning = parts_.plan(*principal, std::move(asked->tenant));
  auto call = co_await std::move(planning);
  if (!call) co_return error_response(call.error());
  if (!asked->account.empty()) {
    auto acting = parts_.act_in(std::move(*call), std::move(asked->account));
    call = co_await std::move(acting);
    if (!call) co_return error_response(call.error());
  }
  recognise_again(*call, asked->call_id);
  call->call = {std::move(asked->call_id), parts.front(), std::move(asked->arguments)};
  auto running = parts_.executor.run(std::move(*call));
  const auto envelope = co_await std::move(running);
  co_return net::HttpResponse::json(200, registry::encode_text(envelope));
}

}  // namespace callosum::api
