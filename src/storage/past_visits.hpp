#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// A conversation that has ended, as the next one may know of it.
struct PastVisit {
  std::int64_t created_at_ms = 0;
  std::string channel;
  std::string done;  ///< ids of the tools that changed something, joined by ", "
};

/// The latest of this subject with this tenant, the newest first. Within the caller's transaction.
Result<std::vector<PastVisit>> list_past_visits(sqlite::Connection& connection,
                                                std::string_view tenant_id,
                                                std::string_view subject, std::int64_t most);

}  // namespace callosum::storage
