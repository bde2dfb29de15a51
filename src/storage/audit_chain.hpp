#pragma once

#include <cstdint>
#include <functional>
#include <optional>
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
/// Of one chain. A chain's groups stand in the table from `chain << 40` on, each at the number of
/// its first record.
inline constexpr std::int64_t kMostAuditRecords = (std::int64_t{1} << 40) - 1;
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

/// Where a tenant's chain ended at some time, as whoever keeps it elsewhere has it.
struct AuditHead {
  std::string tenant_id;
  std::int64_t seq = 0;  ///< of the last record
  std::string hash;
};
/// Where it ends now; nothing where there is no record.
Result<std::optional<AuditHead>> find_audit_head(sqlite::Connection& connection,
                                                 std::string_view tenant_id);
/// Empty: the chain still goes through that head; else the first record that is not there any more,
/// or is another one.
Result<std::string> find_cut(sqlite::Connection& connection, const AuditHead& head);
/// The first record of each chain whose change the ledger does not know any more, with its place.
Result<std::vector<AuditChain>> find_ledger_gaps(sqlite::Connection& connection);

/// Every record of a tenant (empty: of all), the oldest first, as `{seq, …}` on one line. Ends
/// early when `take` says false.
Result<void> export_audit(sqlite::Connection& connection, std::string_view tenant_id,
                          const std::function<bool(std::string_view line)>& take);

}  // namespace callosum::storage
