#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string_view>

namespace callosum::registry {

/// A call's output for a wire that takes an object and gives `output` and `error` a meaning:
/// `{output: <envelope>}`, or `{error: {type, message, retryable, say, …, ok: false, intents,
/// meta}}`. Nothing of the envelope is lost. Any other text is the output.
boost::json::value as_output_or_error(std::string_view output);

/// A call's output as the result of MCP's tools/call: the envelope as structuredContent and as
/// text.
boost::json::value as_tool_result(std::string_view output);

}  // namespace callosum::registry
