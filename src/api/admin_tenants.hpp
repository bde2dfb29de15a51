#pragma once

#include <boost/json/object.hpp>

#include "api/auth/authenticator.hpp"
#include "api/resource.hpp"
#include "async/time_source.hpp"
#include "storage/database.hpp"
#include "storage/tenants.hpp"

namespace callosum::api {

/// `GET /api/admin/tenants`: for the role `admin` the businesses that the principal belongs to, for
/// the role `operator` all of them.
class AdminTenantsResource final : public Resource {
 public:
  AdminTenantsResource(const auth::Authenticator& authenticator, storage::Database& database,
                       async::TimeSource& time);
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/admin/tenants"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const auth::Authenticator& authenticator_;
  storage::Database& database_;
  async::TimeSource& time_;
};

/// `{id, slug, name, timezone}`.
boost::json::object encode_tenant(const storage::Tenant& tenant);

}  // namespace callosum::api
