#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "async/deadline.hpp"
#include "base/result.hpp"
#include "registry/envelope.hpp"
#include "registry/snapshot.hpp"
#include "registry/tool_call.hpp"

namespace callosum::tool {

namespace json = boost::json;

/// One run of a tool: already prepared and passed by every gate. References live until the run
/// ends.
struct Invocation {
  const registry::ToolSpec& tool;
  const json::object& arguments;  ///< after binding
  const registry::CallContext& context;
  const std::string& idempotency_key;
};

struct ToolOutput {
  json::value data;
  std::vector<registry::IntentRequest> intents;
};

/// What runs one tool. Made once when its manifest loads; used from every session thread at once.
class ToolHandler {
 public:
  virtual ~ToolHandler() = default;
  virtual boost::asio::awaitable<Result<ToolOutput>> run(const Invocation& invocation,
                                                         async::Deadline deadline) = 0;
  /// Whether a started call may be sent again under the same key, because the backend then answers
  /// as it did the first time.
  virtual bool honours_key() const { return false; }
};

/// A way to run tools: sql, http, process, … One folder each, one line in app/wiring.cpp.
class ToolKind {
 public:
  virtual ~ToolKind() = default;
  virtual std::string_view name() const = 0;
  /// Compiles `tool.run`. A VALIDATION error says why the manifest does not load (`message` names
  /// the field).
  virtual Result<std::unique_ptr<ToolHandler>> make(const registry::ToolSpec& tool,
                                                    const registry::Pack& pack) = 0;
};

}  // namespace callosum::tool
