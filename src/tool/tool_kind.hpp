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

namespace callosum::storage::sqlite {
class Connection;
}

namespace callosum::tool {

namespace json = boost::json;

/// Keeps a write's result with the write itself, for a kind whose backend is the gateway's own
/// database: both within the transaction that makes the change, on the thread that runs it. Owned
/// by whoever uses it: the caller may have gone by then.
class Recorder {
 public:
  virtual ~Recorder() = default;
  /// Before the change. An error: that was done, or is being done, already; roll back.
  virtual Result<void> begin(storage::sqlite::Connection& connection) = 0;
  /// After it, with what the tool returns. An error: roll back.
  virtual Result<void> end(storage::sqlite::Connection& connection, const json::value& data) = 0;
};

/// One run of a tool: already prepared and passed by every gate. References live until the run
/// ends.
struct Invocation {
  const registry::ToolSpec& tool;
  const json::object& arguments;  ///< after binding
  const registry::CallContext& context;
  const std::string& idempotency_key;
  std::shared_ptr<Recorder> recorder;  ///< null: a read, or a kind that does not use it
};

struct ToolOutput {
  json::value data;
  std::vector<registry::IntentRequest> intents;
  bool is_whole = true;  ///< false: asked again soon, there may be more; kept for a moment only
};

/// What runs one tool. Made once when its manifest loads; used from every session thread at once.
class ToolHandler {
 public:
  virtual ~ToolHandler() = default;
  /// INVALID_OUTPUT of a write says that its backend has done it, and what it said cannot be read;
  /// of one that records within, that it was undone.
  virtual boost::asio::awaitable<Result<ToolOutput>> run(const Invocation& invocation,
                                                         async::Deadline deadline) = 0;
  /// Whether a write goes through `Invocation::recorder`, and so is there whole or not at all.
  virtual bool records_within() const { return false; }
  /// Whether a started call may be sent again under the same key, because the backend then answers
  /// as it did the first time.
  virtual bool honours_key() const { return false; }
  /// What it may read of this tenant has changed, and is on disk: it may prepare for that. Never
  /// waits; any thread.
  virtual void on_data_changed(const std::string& /*tenant_id*/) {}
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
  /// Lets what runs end; nothing runs any more, nor will. For whoever takes away what runs use:
  /// one that nobody waits for any more may still be ending.
  virtual void stop() {}
};

}  // namespace callosum::tool
