#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "app/parts.hpp"
#include "pipeline/executor.hpp"
#include "session/session_host.hpp"
#include "storage/tenants.hpp"

namespace callosum::app {

/// Who may do what as whom: turns a request's principal into the context of a call or the plan of a
/// session. Shared by all threads.
class Planner {
 public:
  explicit Planner(Parts& parts) : parts_(parts) {}

  /// A realtime session for whoever sent this upgrade: authenticated, from an allowed origin,
  /// member of a tenant.
  boost::asio::awaitable<Result<session::SessionPlan>> plan_session(
      const net::HttpRequest& request);
  /// A call that a person makes outside a conversation, but for its own words. `tenant` may be
  /// empty: the only one.
  boost::asio::awaitable<Result<pipeline::CallRequest>> plan_call(api::auth::Principal principal,
                                                                  std::string tenant);
  /// The tenant meant: the one asked for, else the principal's only one. FORBIDDEN, in one wording,
  /// where it is not theirs or does not exist.
  boost::asio::awaitable<Result<storage::Tenant>> find_tenant(api::auth::Principal principal,
                                                              std::string asked);
  Parts& parts() { return parts_; }

 private:
  /// A call of this principal, as a member of the tenant, on this edition.
  registry::CallContext context_for(const api::auth::Principal& principal,
                                    const storage::Tenant& tenant, const Edition& edition);

  Parts& parts_;
};

}  // namespace callosum::app
