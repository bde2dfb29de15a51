#pragma once

#include <string>

#include "api/auth/authenticator.hpp"
#include "api/find_tenant.hpp"
#include "api/resource.hpp"
#include "async/time_source.hpp"
#include "storage/database.hpp"
#include "storage/rollouts.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

/// `GET` and `PUT /api/admin/rollout/{tenant_id}`: which callers of a business of the person's own
/// are answered here. Body of PUT: `{mode: off|percentage|on, percentage?, forward_to?, say?}`, the
/// whole of it; in force for the next call. Both answer with it. To put callers through costs who
/// runs the gateway: a number to forward to is set by the role `operator` alone.
class AdminRolloutResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    FindTenant find_tenant;
    storage::Database& database;
    async::TimeSource& time;
    telemetry::Log& log;
  };
  enum class Verb : std::uint8_t { find, change };

  AdminRolloutResource(Verb verb, Parts parts) : verb_(verb), parts_(std::move(parts)) {}
  std::string_view method() const override { return verb_ == Verb::find ? "GET" : "PUT"; }
  std::string_view path() const override { return "/api/admin/rollout/{tenant_id}"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  boost::asio::awaitable<Result<storage::Rollout>> act(const net::HttpRequest& request,
                                                       auth::Principal principal,
                                                       std::string tenant);
  boost::asio::awaitable<Result<storage::Rollout>> find(std::string tenant_id);
  boost::asio::awaitable<Result<storage::Rollout>> change(storage::Rollout wanted,
                                                          bool may_forward);

  const Verb verb_;
  const Parts parts_;
};

}  // namespace callosum::api
