#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <string_view>

#include "async/deadline.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "registry/tool_call.hpp"

namespace callosum::tool {

/// Access to the accounts that callers have connected, for tools that act in one. Shared by all
/// threads; outlives the kinds that use it.
class AccountTokens {
 public:
  virtual ~AccountTokens() = default;
  /// A token that is good now for the account that the session has selected (`context.account`) at
  /// this service ("google"); refreshed first where it has expired, once for all that wait. AUTH,
  /// in a sentence for the caller: the account is not connected, or no longer.
  virtual boost::asio::awaitable<Result<Secret>> token_for(const registry::CallContext& context,
                                                           std::string_view service,
                                                           async::Deadline deadline) = 0;
  /// The service has refused this very token: the next call asks for another.
  virtual void on_refused(const registry::CallContext& context, std::string_view service,
                          const Secret& token) = 0;
};

}  // namespace callosum::tool
