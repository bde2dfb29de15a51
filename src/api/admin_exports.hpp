#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "api/auth/authenticator.hpp"
#include "api/resource.hpp"
#include "registry/snapshot.hpp"

namespace callosum::api {

/// `GET /api/admin/registry/exports/{consumer}`: `{for, registry_version, tools, losses, costs,
/// tokens}`: the tools as that consumer is shown them and what it is not told. For the roles
/// `admin` and `operator`. NOT_FOUND names the consumers there are, CONFLICT the tool that cannot
/// be carried.
class AdminExportsResource final : public Resource {
 public:
  using Snapshot = std::function<std::shared_ptr<const registry::Snapshot>()>;

  AdminExportsResource(const auth::Authenticator& authenticator, Snapshot snapshot)
      : authenticator_(authenticator), snapshot_(std::move(snapshot)) {}
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/admin/registry/exports/{consumer}"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const auth::Authenticator& authenticator_;
  Snapshot snapshot_;  ///< of sessions that begin now
};

}  // namespace callosum::api
