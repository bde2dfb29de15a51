#pragma once

#include <functional>

#include "api/auth/authenticator.hpp"
#include "api/resource.hpp"
#include "registry/snapshot.hpp"

namespace callosum::api {

/// What came of asking for the packs to be loaded again.
struct ReloadReport {
  std::string old_version;
  std::string new_version;                      ///< the old one where nothing has changed
  std::vector<registry::LoadProblem> problems;  ///< any: the old version serves on
  std::vector<registry::LoadProblem> warnings;
};

/// `POST /api/admin/registry/reload`: the packs are read again, for sessions that begin from then
/// on; the role `admin`. 200 with `{old_version, new_version, changed, warnings}`, 409 where the
/// registry is locked, 422 with every problem by file, line and field.
class RegistryReloadResource final : public Resource {
 public:
  using Reload = std::function<boost::asio::awaitable<Result<ReloadReport>>()>;

  RegistryReloadResource(const auth::Authenticator& authenticator, Reload reload);
  std::string_view method() const override { return "POST"; }
  std::string_view path() const override { return "/api/admin/registry/reload"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const auth::Authenticator& authenticator_;
  Reload reload_;
};

}  // namespace callosum::api
