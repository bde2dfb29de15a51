#pragma once

#include <functional>
#include <string_view>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// The acts of all sessions that the ledger knows, in no order; views of the moment.
Result<void> each_act(
    sqlite::Connection& connection,
    const std::function<void(std::string_view tenant_id, std::string_view session_id,
                             std::string_view act)>& take);

}  // namespace callosum::storage
