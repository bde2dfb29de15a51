#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/auth/authenticator.hpp"
#include "api/resource.hpp"
#include "registry/snapshot.hpp"

namespace callosum::api {

/// What there is to call.
struct RegistryView {
  std::shared_ptr<const registry::Snapshot> current;  ///< of sessions that begin now
  std::vector<std::string> live_versions;             ///< that sessions use, the current one first
};

/// `GET /api/admin/registry`: `{version, live_versions, packs, tools}` of the roles `admin` and
/// `operator`. The packs are the same for every business; what is switched off for one is at
/// `/api/admin/enablement/{tenant}`.
class AdminRegistryResource final : public Resource {
 public:
  using View = std::function<RegistryView()>;

  AdminRegistryResource(const auth::Authenticator& authenticator, View view);
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/admin/registry"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const auth::Authenticator& authenticator_;
  View view_;
};

}  // namespace callosum::api
