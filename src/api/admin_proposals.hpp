#pragma once

#include "api/auth/authenticator.hpp"
#include "api/plan_call.hpp"
#include "api/resource.hpp"
#include "pipeline/proposals.hpp"

namespace callosum::api {

/// As the operator's routes show one.
boost::json::object encode_proposal(const storage::Proposal& proposal);

/// `GET /api/admin/proposals?tenant_id=&state=`: writes that wait for a person, the newest first,
/// of one tenant of theirs. `state`: open (where none is named), applying, applied, rejected,
/// failed, all.
class AdminProposalsResource final : public Resource {
 public:
  AdminProposalsResource(const auth::Authenticator& authenticator, PlanCall plan,
                         pipeline::Proposals& proposals);
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/admin/proposals"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const auth::Authenticator& authenticator_;
  PlanCall plan_;
  pipeline::Proposals& proposals_;
};

}  // namespace callosum::api
