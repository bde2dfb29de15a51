#include "api/admin_proposals.hpp"

#include <array>
#include <boost/json/serialize.hpp>

#include "api/auth/admin_role.hpp"
#include "api/query.hpp"
#include "base/json.hpp"

namespace callosum::api {

namespace asio = boost::asio;

namespace {

constexpr std::array<std::string_view, 6> kStates{"open",     "applying", "applied",
                                                  "rejected", "failed",   "all"};

json::value parsed(const std::string& text) {
  auto value = parse_strict(text);
  return value ? std::move(*value) : json::value(nullptr);
}

}  // namespace

json::object encode_proposal(const storage::Proposal& proposal) {
  json::object out{{"id", proposal.id},
                   {"state", to_string(proposal.state)},
                   {"tool", proposal.tool},
                   {"tool_version", proposal.tool_version},
                   {"arguments", parsed(proposal.arguments)},
                   {"preview", proposal.preview},
                   {"proposed_by", proposal.subject},
                   {"session_id", proposal.session_id},
                   {"created_at_ms", proposal.created_at_ms}};
  if (proposal.decided_by.empty()) return out;
  out["decided_by"] = proposal.decided_by;
  out["decided_at_ms"] = proposal.decided_at_ms;
  if (!proposal.answer.empty()) out["answer"] = parsed(proposal.answer);
  return out;
}

AdminProposalsResource::AdminProposalsResource(const auth::Authenticator& authenticator,
                                               PlanCall plan, pipeline::Proposals& proposals)
    : authenticator_(authenticator), plan_(std::move(plan)), proposals_(proposals) {}

asio::awaitable<net::HttpResponse> AdminProposalsResource::handle(const net::HttpRequest& request,
                                                                  const std::vector<std::string>&) {
  const auto principal = auth::authenticate_admin(authenticator_, request, {"tenant_id", "state"});
  if (!principal) co_return error_response(principal.error());
  auto state = word_of(request, "state", kStates);
  if (!state) co_return error_response(state.error());
  auto planning = plan_(*principal, request.query("tenant_id"));
  const auto planned = co_await std::move(planning);
  if (!planned) co_return error_response(planned.error());
  if (*state == "all") state->clear();
  auto listing = proposals_.list(planned->context->tenant_id, std::move(*state));
  const auto found = co_await std::move(listing);
  if (!found) co_return error_response(found.error());
  json::array list;
  for (const auto& proposal : *found) list.push_back(encode_proposal(proposal));
  co_return net::HttpResponse::json(200, json::serialize(json::object{{"proposals", list}}));
}

}  // namespace callosum::api
