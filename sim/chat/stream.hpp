#pragma once

#include "sim/chat/wire.hpp"
#include "sim/streaming.hpp"

namespace callosum::sim::chat {

/// What a request asks of the stream itself.
struct StreamWish {
  bool has_usage = false;       ///< stream_options.include_usage
  bool may_be_parallel = true;  ///< parallel_tool_calls; llama.cpp: only where it is asked for
};

/// The stream of an answer, as `wire` has it. One with a `disconnect` among its faults breaks off
/// in the middle. Calls have their ids.
StreamPlan plan_stream(const Reply& reply, const Wire& wire, const StreamWish& wish);

}  // namespace callosum::sim::chat
