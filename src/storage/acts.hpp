#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// The acts of all sessions that the ledger knows, in no order; views of the moment. False: there
/// are more than `most`.
Result<bool> each_act(
    sqlite::Connection& connection, std::int64_t most,
    const std::function<void(std::string_view tenant_id, std::string_view session_id,
                             std::string_view act)>& take);

}  // namespace callosum::storage
