#pragma once

#include <cstdint>

#include "base/result.hpp"

namespace callosum::storage::sqlite {
class Connection;
}

namespace callosum::pipeline {

/// At the start: writes that an earlier process left `started` become `unknown`, each with its
/// record in the audit. How many there were. Within the caller's transaction.
Result<std::size_t> recover_calls(storage::sqlite::Connection& connection, std::int64_t now_ms);

}  // namespace callosum::pipeline
