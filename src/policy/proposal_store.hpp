#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>

#include "policy/prepared_call.hpp"

namespace callosum::policy {

/// Keeps writes that wait for a person.
class ProposalStore {
 public:
  virtual ~ProposalStore() = default;
  /// The id under which it was kept, durably; the same one for the same call again.
  virtual boost::asio::awaitable<Result<std::string>> keep(const PreparedCall& call,
                                                           std::string preview) = 0;
};

}  // namespace callosum::policy
