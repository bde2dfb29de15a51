#pragma once

#include "api/auth/authenticator.hpp"
#include "api/find_tenant.hpp"
#include "api/resource.hpp"
#include "async/time_source.hpp"
#include "storage/audit_search.hpp"
#include "storage/database.hpp"

namespace callosum::api {

/// `GET /api/admin/audit?tenant_id=&tool=&outcome=&since=&limit=&before=`: the calls of one tenant
/// of the person's own, the newest first, as `{records, next_before}`. `since`: milliseconds since
/// 1970 or ISO 8601; `next_before`, where there is more, is the `before` of the next page.
class AdminAuditResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    FindTenant find_tenant;
    storage::Database& database;
    async::TimeSource& time;
  };
  explicit AdminAuditResource(Parts parts) : parts_(std::move(parts)) {}
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/admin/audit"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  boost::asio::awaitable<Result<storage::AuditPage>> search(storage::AuditFilter filter);

  const Parts parts_;
};

}  // namespace callosum::api
