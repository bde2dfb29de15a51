#pragma once

#include <functional>

#include "api/auth/authenticator.hpp"
#include "api/find_tenant.hpp"
#include "api/resource.hpp"
#include "async/time_source.hpp"
#include "storage/database.hpp"
#include "storage/user_modes.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

/// `GET` and `PUT /api/admin/user-modes/{tenant}/{user}`: which modes one user may enter, at a
/// tenant of the person's own. Body of PUT: `{modes: [mode, …]}`, or `{modes: null}` for all of
/// them, as it is for whom nothing was said. In force at once, for open sessions too. Both answer
/// `{tenant_id, user, modes}`.
class AdminUserModesResource final : public Resource {
 public:
  /// Tells open sessions.
  using Apply = std::function<void(const std::string& tenant_id, const std::string& subject,
                                   const storage::UserModes& modes)>;
  struct Parts {
    const auth::Authenticator& authenticator;
    FindTenant find_tenant;
    storage::Database& database;
    async::TimeSource& time;
    Apply apply;
    telemetry::Log& log;
  };
  enum class Verb : std::uint8_t { find, change };

  AdminUserModesResource(Verb verb, Parts parts) : verb_(verb), parts_(std::move(parts)) {}
  std::string_view method() const override { return verb_ == Verb::find ? "GET" : "PUT"; }
  std::string_view path() const override { return "/api/admin/user-modes/{tenant}/{user}"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  boost::asio::awaitable<Result<storage::UserModes>> find(std::string tenant_id,
                                                          std::string subject);
  boost::asio::awaitable<Result<storage::UserModes>> change(storage::UserModesChange change);

  const Verb verb_;
  const Parts parts_;
};

}  // namespace callosum::api
