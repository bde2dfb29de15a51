#pragma once

#include "api/auth/authenticator.hpp"
#include "api/find_tenant.hpp"
#include "api/resource.hpp"
#include "storage/database.hpp"

namespace callosum::api {

struct CallsGround {
  const auth::Authenticator& authenticator;
  FindTenant find_tenant;
  storage::Database& database;
  async::TimeSource& time;
};

/// `GET /api/admin/calls?tenant_id=&caller=&limit=`: phone calls of one tenant of theirs, the
/// newest first, without what was said. `limit`: 1 to 200, else 50.
class AdminCallsResource final : public Resource {
 public:
  explicit AdminCallsResource(CallsGround ground) : ground_(std::move(ground)) {}
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/admin/calls"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  CallsGround ground_;
};

/// `GET /api/admin/calls/{id}?tenant_id=`: one of them, whole: transcript, tools, and what happened
/// when (heard, planned, called, answered, said, played, cut).
class AdminCallResource final : public Resource {
 public:
  explicit AdminCallResource(CallsGround ground) : ground_(std::move(ground)) {}
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/admin/calls/{id}"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  CallsGround ground_;
};

}  // namespace callosum::api
