#pragma once

#include "api/auth/authenticator.hpp"
#include "api/find_tenant.hpp"
#include "api/resource.hpp"
#include "async/time_source.hpp"
#include "base/random.hpp"
#include "telemetry/log.hpp"

namespace callosum::tool::account {
class AccountBook;
}

namespace callosum::api {

/// What both resources stand on; references outlive them.
struct AccountsGround {
  const auth::Authenticator& authenticator;
  FindTenant find_tenant;
  tool::account::AccountBook* book;  ///< null: no account can be connected here
  async::TimeSource& time;
  Random& random;
  telemetry::Log& log;
};

/// `GET /api/accounts?tenant_id=`: the accounts that the user has connected in a business, never
/// with a token. Not for client secrets.
class AccountsResource final : public Resource {
 public:
  explicit AccountsResource(AccountsGround ground) : ground_(std::move(ground)) {}
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/accounts"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const AccountsGround ground_;
};

/// `DELETE /api/accounts/{service}/{email}?tenant_id=`: revoked at the service, then forgotten. 503
/// where the service cannot be reached: then it is still there.
class RemoveAccountResource final : public Resource {
 public:
  explicit RemoveAccountResource(AccountsGround ground) : ground_(std::move(ground)) {}
  std::string_view method() const override { return "DELETE"; }
  std::string_view path() const override { return "/api/accounts/{service}/{email}"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const AccountsGround ground_;
};

}  // namespace callosum::api
