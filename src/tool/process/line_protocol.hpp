#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <string>
#include <string_view>

#include "tool/tool_kind.hpp"

namespace callosum::tool::process {

/// The line that tells a worker of a call, with its end: {id, tool, arguments, context,
/// idempotency_key}.
std::string encode_call(const std::string& id, const Invocation& invocation,
                        std::chrono::nanoseconds left);

/// A worker's line: {id, ok: true, data} or {id, ok: false, error: {type?, message?}}.
struct WorkerAnswer {
  std::string id;
  Result<json::value> data = json::value();
};

/// VALIDATION where it is no such line; a worker that writes one cannot be trusted to answer the
/// right call.
Result<WorkerAnswer> decode_answer(std::string_view line, std::size_t max_bytes);

}  // namespace callosum::tool::process
