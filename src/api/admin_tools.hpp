#pragma once

#include "api/auth/authenticator.hpp"
#include "api/plan_call.hpp"
#include "api/resource.hpp"

namespace callosum::api {

/// `POST /api/admin/tools/{tool}`: a person with the role `admin` or `operator` runs one tool of a
/// tenant of theirs, through the same gates as a model. Body: `{tenant_id?, args?, call_id?}`; the
/// answer is the envelope, status 200 whatever it says. A write made again under the same call id
/// has the effect of once.
class AdminToolsResource final : public Resource {
 public:
  AdminToolsResource(const auth::Authenticator& authenticator, PlanCall plan,
                     pipeline::Executor& executor);
  std::string_view method() const override { return "POST"; }
  std::string_view path() const override { return "/api/admin/tools/{tool}"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const auth::Authenticator& authenticator_;
  PlanCall plan_;
  pipeline::Executor& executor_;
};

}  // namespace callosum::api
