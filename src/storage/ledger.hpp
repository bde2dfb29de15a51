#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

enum class CallState : std::uint8_t { planned, started, done, failed, unknown };
std::string_view to_string(CallState state);

/// A call that changes something, as the ledger knows it.
struct LedgerCall {
  // What makes it this call, and this act (empty: no two calls of the tool are the same act).
  std::string tenant_id, session_id, provider, call_key;
  std::string arguments_hash;
  std::string act;
  // What it was.
  std::string tool_id, tool_version, registry_version, subject;
  std::uint64_t turn = 0;
  std::string arguments;  ///< canonical, after binding
  /// Not kept: what takes such an act back, {"tool id": "member of both answers' data"}, as JSON.
  std::string undone_by = "{}";
};

struct LedgerEntry {
  std::int64_t id = 0;  ///< given by `open_call`
  LedgerCall call;
  CallState state = CallState::planned;
  std::string answer;  ///< the envelope's text, once there is one
};

// All of these run within the caller's transaction, on the caller's thread.

/// What stands for this call already: the same call, else the same act that was done, may have been
/// done, or is being done, and was not taken back.
Result<std::optional<LedgerEntry>> find_call(sqlite::Connection& connection,
                                             const LedgerCall& call);
/// Whether a call of this tool with these arguments was begun in the session since then, however it
/// ended.
Result<bool> was_called_since(sqlite::Connection& connection, const LedgerCall& call,
                              std::int64_t since_ms);
/// Its id.
Result<std::int64_t> open_call(sqlite::Connection& connection, const LedgerEntry& entry,
                               std::int64_t now_ms);
/// CONFLICT where the call is not in the state `from` any more.
Result<void> move_call(sqlite::Connection& connection, std::int64_t id, CallState from,
                       CallState to, std::string_view answer, std::int64_t now_ms);
/// Those a process left `started` when it ended.
Result<std::vector<LedgerEntry>> started_calls(sqlite::Connection& connection);

}  // namespace callosum::storage
