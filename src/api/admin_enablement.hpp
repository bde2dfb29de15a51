#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <memory>

#include "api/auth/authenticator.hpp"
#include "api/find_tenant.hpp"
#include "api/resource.hpp"
#include "async/time_source.hpp"
#include "policy/enablement.hpp"
#include "registry/snapshot.hpp"
#include "storage/database.hpp"
#include "storage/enablement.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

/// `GET` and `PUT /api/admin/enablement/{tenant}`: which packs and tools are switched off for a
/// tenant of the person's own. Body of PUT: `{disabled: [pack or tool, …]}`, the whole list; in
/// force at once, for open sessions too, whose models are refused what they still see. Both answer
/// `{tenant_id, disabled, packs}`.
class AdminEnablementResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    FindTenant find_tenant;
    storage::Database& database;
    async::TimeSource& time;
    policy::Enablement& enablement;
    std::function<std::shared_ptr<const registry::Snapshot>()> snapshot;  ///< the current one
    telemetry::Log& log;
  };
  enum class Verb : std::uint8_t { find, change };

  AdminEnablementResource(Verb verb, Parts parts) : verb_(verb), parts_(std::move(parts)) {}
  std::string_view method() const override { return verb_ == Verb::find ? "GET" : "PUT"; }
  std::string_view path() const override { return "/api/admin/enablement/{tenant}"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  boost::asio::awaitable<Result<storage::EnablementRow>> find(std::string tenant_id);
  boost::asio::awaitable<Result<storage::EnablementRow>> change(storage::EnablementRow row);
  boost::asio::awaitable<Result<storage::EnablementRow>> act(const net::HttpRequest& request,
                                                             auth::Principal principal,
                                                             std::string tenant);

  const Verb verb_;
  const Parts parts_;
};

}  // namespace callosum::api
