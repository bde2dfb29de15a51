#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace callosum::storage {

namespace sqlite {
class Connection;
}

/// Which of a business's callers are answered here, and what becomes of the others.
struct Rollout {
  std::string tenant_id;
  std::string mode = "on";  ///< off, percentage, on
  int percentage = 100;     ///< of callers, where it is percentage
  std::string forward_to;   ///< E.164: the others are put through; empty: they hear `say`
  std::string say;          ///< empty: a sentence of ours
  std::string changed_by;
  std::int64_t changed_at_ms = 0;  ///< 0: nobody has said anything of it
};

/// Whether this caller is answered here. One number is on one side as long as the percentage stays,
/// and those who are in stay in when it grows. `caller` empty, a withheld number: only where all
/// are. Pure.
bool is_rolled_out(const Rollout& rollout, std::string_view caller);

// Both run within the caller's transaction, on the caller's thread.

/// Where nothing is kept: on.
Result<Rollout> find_rollout(sqlite::Connection& connection, std::string_view tenant_id);
Result<void> save_rollout(sqlite::Connection& connection, const Rollout& rollout);

}  // namespace callosum::storage
