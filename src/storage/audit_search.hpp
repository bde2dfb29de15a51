#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// Which records of one tenant's chain; what is empty or 0 leaves none out.
struct AuditFilter {
  std::string tenant_id;
  std::string tool;     ///< "get_faqs" or "receptionist.get_faqs"
  std::string outcome;  ///< "ok" or an error's type
  std::int64_t since_ms = 0;
  std::int64_t before = 0;  ///< a seq: records older than that one
  std::int64_t limit = 100;
};

struct AuditPage {
  std::vector<std::string> records;  ///< `{seq, …}` as text, the newest first
  /// The filter's `before` to go on with; 0: there is nothing older. Also set where few fit and
  /// the search has ended early.
  std::int64_t next_before = 0;
};

/// Looks at no more than kMaxAuditScan records at once.
inline constexpr std::int64_t kMaxAuditScan = 20'000;
Result<AuditPage> search_audit(sqlite::Connection& connection, const AuditFilter& filter);

}  // namespace callosum::storage
