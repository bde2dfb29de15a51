#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>

#include "policy/prepared_call.hpp"
#include "registry/envelope.hpp"

namespace callosum::policy {

/// Knows the acts of a session that are done, may be done, or are being done.
class ActStore {
 public:
  virtual ~ActStore() = default;
  /// What that act was answered, within the call's deadline. Null: it is not known, or cannot be
  /// told now; whoever runs the call looks again.
  virtual boost::asio::awaitable<std::shared_ptr<const registry::Envelope>> answer_of(
      const PreparedCall& call) = 0;
};

}  // namespace callosum::policy
