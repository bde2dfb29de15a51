#pragma once

#include "api/auth/authenticator.hpp"
#include "api/resource.hpp"
#include "async/time_source.hpp"
#include "base/random.hpp"
#include "storage/database.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

/// `POST /api/admin/tenants`: makes a tenant; the role `admin`. Body: `{slug, timezone, name?,
/// id?}`, nothing else; 201 with the record, 400 naming each wrong field, 409 where slug or id is
/// taken.
class AdminAddTenantResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    storage::Database& database;
    async::TimeSource& time;
    Random& random;
    telemetry::Log& log;
  };

  explicit AdminAddTenantResource(const Parts& parts) : parts_(parts) {}
  std::string_view method() const override { return "POST"; }
  std::string_view path() const override { return "/api/admin/tenants"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const Parts parts_;
};

}  // namespace callosum::api
