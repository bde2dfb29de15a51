#pragma once

#include <boost/asio/awaitable.hpp>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "app/parts.hpp"
#include "base/json.hpp"
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
  /// The context of a call that a person makes outside a conversation. `tenant` may be empty: the
  /// only one.
  boost::asio::awaitable<Result<registry::CallContext>> plan_call(api::auth::Principal principal,
                                                                  std::string tenant);
  /// The tenant meant: the one asked for, else the principal's only one. FORBIDDEN, in one wording,
  /// where it is not theirs or does not exist.
  boost::asio::awaitable<Result<storage::Tenant>> find_tenant(const api::auth::Principal& principal,
                                                              std::string asked);
  Parts& parts() { return parts_; }

 private:
  using SharedOffer = std::shared_ptr<const session::ToolOffer>;
  Result<SharedOffer> offer_for(const registry::CallContext& context);

  Parts& parts_;
  std::mutex mutex_;
  std::map<std::string, SharedOffer> offers_;  // by audience, compiled once
};

/// The access mode that the loaded packs ask for; the strictest of them. `confirm` where none says.
registry::AccessMode access_mode_of(const registry::Snapshot& snapshot);

}  // namespace callosum::app
