#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "registry/snapshot.hpp"

namespace callosum::registry {

/// What a provider's schema cannot say of a tool.
struct Loss {
  enum class Kind : std::uint8_t { dropped, rewritten };

  std::string tool;
  std::string place;  ///< JSON Pointer into the tool's input schema: "/properties/date"
  std::string keyword;
  Kind kind = Kind::dropped;
  std::string enforced;  ///< what holds instead: "the executor validates the written schema"
};

struct ExportedTools {
  json::array tools;
  std::string text;  ///< the same as text, as it goes onto the wire
  std::vector<Loss> losses;
  std::size_t tokens = 0;  ///< an estimate: four characters are one token
};

/// Tools as one kind of consumer takes them. Stateless; shared by threads.
class ToolExport {
 public:
  virtual ~ToolExport() = default;
  virtual std::string_view name() const = 0;
  /// VALIDATION names the tool that cannot be carried, and why.
  virtual Result<ExportedTools> compile(std::span<const ToolSpec* const> tools) const = 0;
};

/// The export for "openai" (also "openai:MODEL"), or null.
const ToolExport* find_export(std::string_view name);
std::vector<std::string_view> export_names();

/// Who will see the tools: set from the session, never by a model.
struct Audience {
  Channel channel = Channel::voice;
  std::span<const std::string> roles;
  Assurance assurance = Assurance::none;
  std::string_view mode;
  bool is_realtime = true;                         ///< destructive tools are never listed there
  AccessMode access_mode = AccessMode::read_only;  ///< read_only hides proposals and writes
};

/// The tools worth listing to this audience, in the registry's order. A hint; the gates are the
/// rule.
std::vector<const ToolSpec*> visible_tools(const Snapshot& snapshot, const Audience& audience);

/// "get_faqs /properties/topic: `if` dropped; the executor …": one line a loss, then the totals.
std::string render_export_report(const ExportedTools& exported);

}  // namespace callosum::registry
