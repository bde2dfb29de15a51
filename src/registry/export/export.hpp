#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "registry/snapshot.hpp"

namespace callosum::registry {

/// What a consumer's schema cannot say of a tool, or says in another way.
struct Loss {
  enum class Kind : std::uint8_t { dropped, rewritten };

  std::string tool;
  std::string place;  ///< JSON Pointer into the tool's input schema: "/properties/date"
  std::string keyword;
  Kind kind = Kind::dropped;
  std::string_view enforced;  ///< what holds instead: one of the constants below
};

/// The only one that loosens what the consumer is told; the executor still refuses.
constexpr std::string_view kByExecutor = "the executor validates the schema as written";
constexpr std::string_view kSameMeaning = "same meaning";
constexpr std::string_view kNote = "a note; it never refused a value";
constexpr std::string_view kNarrower = "narrower than written; the executor takes all of it";

/// Why a consumer cannot carry a tool.
struct Refusal {
  std::string key;    ///< of the manifest: "name", "summary", "input"
  std::string place;  ///< JSON Pointer below that key; empty: the whole of it
  std::string reason;
};

struct ToolCost {
  std::string tool;
  std::size_t tokens = 0;
};

struct ExportedTools {
  json::array tools;
  std::string text;  ///< the same as text, as it goes onto the wire
  std::vector<Loss> losses;
  std::vector<ToolCost> costs;  ///< one a tool, in their order
  std::size_t tokens = 0;       ///< an estimate: four characters are one token
};

/// Tools as one kind of consumer takes them. Stateless; shared by threads.
class ToolExport {
 public:
  virtual ~ToolExport() = default;
  virtual std::string_view name() const = 0;
  /// Whose callers it is for; destructive tools are listed nowhere but in text and mcp.
  virtual Channel channel() const = 0;
  /// VALIDATION names the tool that cannot be carried, and why.
  virtual Result<ExportedTools> compile(std::span<const ToolSpec* const> tools) const = 0;
  /// Why this tool, alone, cannot be carried, or nothing.
  virtual std::optional<Refusal> find_refusal(const ToolSpec& tool) const = 0;
  /// A call's output (the envelope's text) as the consumer's wire takes it: that text, or an object
  /// that holds all of it.
  virtual json::value shape_result(std::string_view output) const = 0;
};

/// The export for "openai" (also "openai:MODEL"), or null.
const ToolExport* find_export(std::string_view name);
std::vector<std::string_view> export_names();

/// A function tool that a client brought, `{type, name, description, parameters}`, as the consumer
/// takes it: the entries that go into its list of tools. VALIDATION where it cannot be carried,
/// or is no schema.
Result<json::array> export_client_tool(const ToolExport& target, const json::object& tool);

/// Who will see the tools: set from the session, never by a model.
struct Audience {
  Channel channel = Channel::voice;
  std::span<const std::string> roles;
  Assurance assurance = Assurance::none;
  std::string_view mode;
  bool is_realtime = true;                         ///< destructive tools are never listed there
  AccessMode access_mode = AccessMode::read_only;  ///< read_only hides proposals and writes
};

bool is_for(const ToolSpec& tool, const Audience& audience);
/// The tools worth listing to this audience, in the registry's order. A hint; the gates are the
/// rule.
std::vector<const ToolSpec*> visible_tools(const Snapshot& snapshot, const Audience& audience);

/// Every tool that somebody of any role, in any mode, could be shown by this export.
std::vector<const ToolSpec*> listed_tools(const Snapshot& snapshot, const ToolExport& target);

}  // namespace callosum::registry
