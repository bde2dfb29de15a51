#pragma once

#include "api/auth/authenticator.hpp"
#include "api/plan_call.hpp"
#include "api/resource.hpp"
#include "storage/database.hpp"

namespace callosum::api {

/// `GET /api/admin/sessions?tenant_id=&state=&limit=`: conversations of one tenant of theirs, the
/// live ones first, of each state the newest first. `state`: live, ended; both where none is named.
/// `limit`: 1 to 200, else 50.
class AdminSessionsResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    PlanCall plan;
    storage::Database& database;
    async::TimeSource& time;
  };
  explicit AdminSessionsResource(Parts parts) : parts_(std::move(parts)) {}
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/admin/sessions"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  Parts parts_;
};

}  // namespace callosum::api
