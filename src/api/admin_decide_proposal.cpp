#include "api/admin_decide_proposal.hpp"

#include <boost/json/serialize.hpp>

#include "api/admin_proposals.hpp"
#include "api/auth/admin_role.hpp"
#include "base/json.hpp"

namespace callosum::api {

namespace asio = boost::asio;

asio::awaitable<net::HttpResponse> AdminDecideProposalResource::handle(
    const net::HttpRequest& request, const std::vector<std::string>& path) {
  const auto principal = auth::authenticate_admin(parts_.authenticator, request);
  if (!principal) co_return error_response(principal.error());
  const bool applies = path[1] == "apply";
  if (!applies && path[1] != "reject") {
    const auto error =
        fail(ErrorType::not_found, "expected apply or reject at the end of the path");
    co_return error_response(error);
  }
  const auto body = parse_strict(request.body.empty() ? "{}" : std::string_view(request.body));
  const auto* fields = body ? body->if_object() : nullptr;
  const auto* tenant = fields ? fields->if_contains("tenant_id") : nullptr;
  if (!fields || (tenant && !tenant->is_string() && !tenant->is_null())) {
    const auto error = fail(ErrorType::validation,
                            "the body must be a JSON object: {tenant_id?}, tenant_id a text");
    co_return error_response(error);
  }
  auto planning = parts_.plan(*principal, std::string(text_at(*fields, "tenant_id")));
  auto planned = co_await std::move(planning);
  if (!planned) co_return error_response(planned.error());
  auto deciding = decide(std::move(*planned), path[0], applies);
  const auto decided = co_await std::move(deciding);
  if (!decided) co_return error_response(decided.error());
  co_return net::HttpResponse::json(200, json::serialize(encode_proposal(*decided)));
}

asio::awaitable<Result<storage::Proposal>> AdminDecideProposalResource::decide(
    pipeline::CallRequest call, std::string id, bool applies) {
  if (applies) {
    auto applying = parts_.proposals.apply(std::move(id), std::move(call), parts_.executor);
    auto applied = co_await std::move(applying);
    co_return applied;
  }
  auto rejecting =
      parts_.proposals.reject(call.context->tenant_id, std::move(id), call.context->subject);
  auto rejected = co_await std::move(rejecting);
  co_return rejected;
}

}  // namespace callosum::api
