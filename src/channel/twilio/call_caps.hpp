#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "config/config.hpp"

namespace callosum::storage::sqlite {
class Connection;
}

namespace callosum::channel::twilio {

/// A call that would begin.
struct NewCall {
  std::string tenant_id, caller;  ///< caller: E.164, or empty
  std::int64_t now_ms = 0;
};

/// Which cap of the configuration it would go beyond, by its key; empty: none. Counted from what is
/// written down, so that a restart forgives nothing. Within the caller's transaction.
Result<std::string> find_cap_reached(storage::sqlite::Connection& connection,
                                     const config::PhoneConfig& config, const NewCall& call);

}  // namespace callosum::channel::twilio
