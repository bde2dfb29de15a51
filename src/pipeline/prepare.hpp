#pragma once

#include <string_view>

#include "policy/prepared_call.hpp"

namespace callosum::pipeline {

/// Reads a call once, for every gate and the tool alike: strict parse, find the tool in the pinned
/// snapshot, take out reserved arguments, bind, make canonical, hash. Never fails: problems are
/// carried in the result.
policy::PreparedCall prepare(const registry::ToolCall& call, const registry::CallContext& context,
                             policy::SessionCalls& calls, async::Deadline deadline);

/// Whether a call's id tells it from every other. Shorter ones are counters: they come again.
bool says_which_call(std::string_view call_id);

}  // namespace callosum::pipeline
