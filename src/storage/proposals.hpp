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

enum class ProposalState : std::uint8_t { open, applying, applied, rejected, failed };
std::string_view to_string(ProposalState state);

/// A write that waits for a person to apply or reject it.
struct Proposal {
  std::string id, tenant_id, session_id, call_key;
  std::string subject;  ///< whose session proposed it
  std::string tool_id, tool, tool_version;
  std::string arguments;  ///< JSON: as the model sent them
  std::string bound_by;   ///< JSON: the session's values that bound parameters were filled from
  std::string preview;
  ProposalState state = ProposalState::open;
  std::string decided_by;
  std::string answer;  ///< the envelope of its run
  std::int64_t created_at_ms = 0, decided_at_ms = 0;
};

// All of these run within the caller's transaction, on the caller's thread.

/// The id it is kept under: that of the same call of before, where there is one.
Result<std::string> add_proposal(sqlite::Connection& connection, const Proposal& proposal);
/// The newest first, at most `limit`. `state` empty: in any.
Result<std::vector<Proposal>> list_proposals(sqlite::Connection& connection,
                                             std::string_view tenant_id, std::string_view state,
                                             std::int64_t limit = 200);
/// NOT_FOUND where the tenant has none of that id.
Result<Proposal> find_proposal(sqlite::Connection& connection, std::string_view tenant_id,
                               std::string_view id);
/// CONFLICT where it is not in the state `from`, which the message names.
Result<void> move_proposal(sqlite::Connection& connection, const Proposal& decided,
                           ProposalState from);

}  // namespace callosum::storage
