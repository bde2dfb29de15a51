#pragma once

#include <cstdint>
#include <functional>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// The acts of all sessions that the ledger knows, in no order, as the short keys of both (see
/// base/short_key.hpp). False: the ledger holds more than `most` calls.
Result<bool> each_act(
    sqlite::Connection& connection, std::int64_t most,
    const std::function<void(std::int64_t session_short, std::int64_t act_short)>& take);

}  // namespace callosum::storage
