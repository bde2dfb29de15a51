#pragma once

#include "api/resource.hpp"
#include "async/time_source.hpp"
#include "base/random.hpp"
#include "telemetry/log.hpp"

namespace callosum::tool::account {
class SignIns;
}

namespace callosum::api {

struct AccountCallbackParts {
  tool::account::SignIns* sign_ins;  ///< null: no account can be connected here
  async::TimeSource& time;
  Random& random;
  telemetry::Log& log;
};

/// `GET /api/accounts/{service}/callback`: where the service sends the browser back to, so without
/// a credential; the state says who began. With a code the page asks whether to go on, with an
/// error it says so. Always a page.
class AccountCallbackResource final : public Resource {
 public:
  explicit AccountCallbackResource(const AccountCallbackParts& parts) : parts_(parts) {}
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/accounts/{service}/callback"; }
  bool answers_head() const override { return false; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const AccountCallbackParts parts_;
};

/// `POST /api/accounts/{service}/callback` with that page's form: exchanges the code. The last page
/// says which account is connected, or why none is.
class AccountConnectResource final : public Resource {
 public:
  explicit AccountConnectResource(const AccountCallbackParts& parts) : parts_(parts) {}
  std::string_view method() const override { return "POST"; }
  std::string_view path() const override { return "/api/accounts/{service}/callback"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const AccountCallbackParts parts_;
};

}  // namespace callosum::api
