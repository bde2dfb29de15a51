#pragma once

#include "api/auth/authenticator.hpp"
#include "api/plan_call.hpp"
#include "api/resource.hpp"

namespace callosum::api {

/// `POST /api/admin/tools/{tool}`: a person with the role `admin` or `operator` runs one tool of a
/// tenant of theirs, through the same gates as a model. Body: `{tenant_id?, account?, args?,
/// call_id?}`; `account` is the address of one that the person has connected there. The answer is
/// the envelope, status 200 whatever it says. A write made again under the same call id has the
/// effect of once.
class AdminToolsResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    PlanCall plan;
    ActIn act_in;
    pipeline::Executor& executor;
  };
  explicit AdminToolsResource(Parts parts) : parts_(std::move(parts)) {}
  std::string_view method() const override { return "POST"; }
  std::string_view path() const override { return "/api/admin/tools/{tool}"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const Parts parts_;
};

}  // namespace callosum::api
