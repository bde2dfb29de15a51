#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// Records on their way to a tenant's chain: one JSON object a line.
struct AuditGroup {
  std::string tenant_id;  ///< empty: calls before any tenant is known have a chain of their own
  std::string lines;      ///< without a line break at the end
  std::int64_t records = 0;

  void add(std::string_view record);
};
/// Adds them to the end of the chain, within the caller's transaction.
Result<void> append_audit(sqlite::Connection& connection, const AuditGroup& group);

/// One tenant's chain as it was found.
struct AuditChain {
  std::string tenant_id;
  std::int64_t records = 0;
  std::string head;  ///< hash of the whole; kept elsewhere it shows later that nothing was cut off
  std::string problem;  ///< empty: whole; else the first thing that is wrong, with its place
};

/// Reads every chain again.
Result<std::vector<AuditChain>> verify_audit(sqlite::Connection& connection);
/// Whether some chain once ended with this hash.
Result<bool> knows_audit_head(sqlite::Connection& connection, std::string_view head);

/// Every record of a tenant (empty: of all), the oldest first, as `{seq, …}` on one line. Ends
/// early when `take` says false.
Result<void> export_audit(sqlite::Connection& connection, std::string_view tenant_id,
                          const std::function<bool(std::string_view line)>& take);

}  // namespace callosum::storage
