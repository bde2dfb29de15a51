#pragma once

#include "api/auth/authenticator.hpp"
#include "api/plan_call.hpp"
#include "api/resource.hpp"
#include "pipeline/proposals.hpp"

namespace callosum::api {

/// `POST /api/admin/proposals/{id}/{decision}`, where the decision is apply or reject: a person
/// with the role decides. Body: `{tenant_id?}`. Applying runs the call, once; the answer is the
/// proposal as it is then, with the envelope of its run. 409 where it has been decided already.
class AdminDecideProposalResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    PlanCall plan;
    pipeline::Proposals& proposals;
    pipeline::Executor& executor;
  };
  explicit AdminDecideProposalResource(Parts parts) : parts_(std::move(parts)) {}
  std::string_view method() const override { return "POST"; }
  std::string_view path() const override { return "/api/admin/proposals/{id}/{decision}"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  boost::asio::awaitable<Result<storage::Proposal>> decide(pipeline::CallRequest call,
                                                           std::string id, bool applies);
  Parts parts_;
};

}  // namespace callosum::api
