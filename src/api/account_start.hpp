#pragma once

#include "api/auth/authenticator.hpp"
#include "api/auth/origin_policy.hpp"
#include "api/find_tenant.hpp"
#include "api/resource.hpp"
#include "async/time_source.hpp"
#include "base/random.hpp"
#include "telemetry/log.hpp"

namespace callosum::tool::account {
class SignIns;
}

namespace callosum::api {

/// `GET /api/accounts/{service}/start?tenant_id=&email=&return_to=`: `{status, url}`, the address
/// to send the user's browser to. Whoever asks is whose account it becomes. Not for client secrets.
class AccountStartResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    FindTenant find_tenant;
    tool::account::SignIns* sign_ins;  ///< null: no account can be connected here
    const auth::OriginPolicy& origins;
    async::TimeSource& time;
    Random& random;
    telemetry::Log& log;
  };
  explicit AccountStartResource(Parts parts) : parts_(std::move(parts)) {}
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/accounts/{service}/start"; }
  bool answers_head() const override { return false; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  boost::asio::awaitable<Result<std::string>> start(const net::HttpRequest& request,
                                                    auth::Principal principal, std::string service);

  const Parts parts_;
};

/// Where a page may lead on to: a path of this gateway, or a page of an origin that may connect.
/// VALIDATION for anything else.
Result<void> check_return_to(const std::string& return_to, const auth::OriginPolicy& origins);
/// What the service will send the browser back to, where nothing is configured: this gateway, for a
/// browser on the same machine. VALIDATION for any other.
Result<std::string> local_redirect(const net::HttpRequest& request, std::string_view service);

}  // namespace callosum::api
