#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "registry/manifest/drafts.hpp"
#include "registry/manifest/schema_reader.hpp"
#include "registry/tool_call.hpp"

namespace callosum::registry {
namespace {

using Names = std::vector<std::string_view>;

bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Speaks of one tool's keys, with their lines.
class Notes {
 public:
  Notes(const ToolDraft& tool, Report& report) : tool_(tool), report_(report) {}
  void problem(std::string_view key, std::string message) const {
    report_.problem(tool_.line_of(key), field(key), std::move(message));
  }
  void warn(std::string_view key, std::string message) const {
    report_.warn(tool_.line_of(key), field(key), std::move(message));
  }
  void unknown_argument(std::string_view key, std::string_view name, const Names& known) const {
    problem(key, shown(name) + " is no argument of this tool" + nearest_hint(name, known));
  }

 private:
  std::string field(std::string_view key) const { return tool_.path + "." + std::string(key); }
  const ToolDraft& tool_;
  Report& report_;
};

void check_bindings(const ToolSpec& tool, const Names& arguments, const Notes& notes) {
  for (const auto& binding : tool.bind) {
    if (contains(arguments, binding.parameter)) {
      notes.problem("bind",
                    shown(binding.parameter) +
                        " is also in input.properties; a bound parameter is not shown to a model");
    }
    const bool is_number = binding.source == "session.caller_phone";
    if (is_number && tool.min_assurance == Assurance::none) {
      notes.warn("bind",
                 "bound to the caller's number, which anybody can set while `min_assurance` is "
                 "none; expected carrier or verified");
    }
  }
}

void check_risk(const ToolSpec& tool, const Names& arguments, const Notes& notes) {
  for (const auto& rule : tool.risk) {
    if (rule.access <= tool.access) {
      notes.problem("risk", "a rule only raises: expected stricter than `" +
                                std::string(to_string(tool.access)) + "`, found `" +
                                std::string(to_string(rule.access)) + "`");
    }
    if (rule.confirmation && *rule.confirmation > tool.confirmation) {
      notes.problem("risk",
                    "a rule asks for no more than the tool itself: expected `confirmation: " +
                        std::string(to_string(*rule.confirmation)) + "` of the tool");
    }
    for (const auto& [argument, values] : rule.when) {
      if (!contains(arguments, argument)) {
        notes.unknown_argument("risk", argument, arguments);
        continue;
      }
      const auto* choices = find_choices(tool.input_schema, argument);
      if (choices == nullptr) continue;
      for (const auto& value : values) {
        if (std::find(choices->begin(), choices->end(), value) != choices->end()) continue;
        notes.problem(
            "risk", shown(canonical_json(value)) + " is no value that `" + argument + "` may have");
      }
    }
  }
}

/// Also within others: "args.id".
bool has_argument(const json::object& schema, std::string_view path) {
  const auto* properties = find_object(schema, "properties");
  if (properties == nullptr) return false;
  const auto dot = path.find('.');
  if (dot == std::string_view::npos) return properties->contains(path);
  const auto* within = find_object(*properties, path.substr(0, dot));
  return within != nullptr && has_argument(*within, path.substr(dot + 1));
}

void check_argument_names(const ToolSpec& tool, const Names& arguments, const Notes& notes) {
  Names known = arguments;
  for (const auto& binding : tool.bind) known.push_back(binding.parameter);
  for (const auto& name : tool.idempotency_key) {
    if (!contains(known, name)) notes.unknown_argument("idempotency_key", name, known);
  }
  for (const auto& name : tool.provenance_seen) {
    if (!contains(arguments, name) && !has_argument(tool.input_schema, name)) {
      notes.unknown_argument("provenance", name, arguments);
    }
  }
}

void check_mask(const ToolSpec& tool, const Notes& notes) {
  const auto fields = all_property_names(tool.output_schema);
  const auto required = all_required_names(tool.output_schema);
  for (const auto& [field, how] : tool.mask) {
    if (!contains(fields, field)) {
      notes.problem("mask",
                    shown(field) + " is no property of output" + nearest_hint(field, fields));
    } else if (how == Mask::hidden && contains(required, field)) {
      notes.problem("mask", shown(field) + " is required in output and cannot be hidden");
    }
  }
}

void check_times(const ToolSpec& tool, const Notes& notes) {
  const auto hard = std::to_string(tool.timeout.count());
  if (tool.latency_budget >= tool.timeout) {
    notes.problem("latency_budget_ms", "expected less than timeout_ms (" + hard + "), found " +
                                           std::to_string(tool.latency_budget.count()));
  }
  if (tool.filler_after.count() > 0 && tool.filler_after >= tool.timeout) {
    notes.problem("filler_after_ms", "expected less than timeout_ms (" + hard + "), found " +
                                         std::to_string(tool.filler_after.count()));
  }
  if (tool.cache_ttl.count() > 0 && tool.access != Access::read) {
    notes.problem("cache_ttl_s", "only a tool whose access is read may be cached");
  }
  if (tool.stale_on_timeout.count() > 0 && tool.cache_ttl.count() == 0) {
    notes.problem("stale_on_timeout_s", "expected `cache_ttl_s` beside it");
  }
  if (tool.stale_on_timeout.count() > 0 && tool.cache_scope != CacheScope::session) {
    notes.problem("stale_on_timeout_s",
                  "an old result is the session's own; expected `cache_scope: session`");
  }
}

void check_rights(const ToolSpec& tool, const Notes& notes) {
  if (tool.category == Category::retrieval && tool.access != Access::read) {
    notes.problem("access", "expected read for category retrieval, found " +
                                std::string(to_string(tool.access)));
  }
  if (tool.poll && tool.access != Access::read) {
    notes.problem("poll", "expected only where access is read");
  }
  if (tool.is_write() && tool.on_interrupt == OnInterrupt::abort) {
    notes.warn("on_interrupt",
               "a write that is aborted may be half done; expected commit or finish");
  }
  if (is_destructive_name(tool.name) && tool.access != Access::destructive) {
    notes.warn("name", "destructive by its name, whatever `access` says");
  }
  const json::object nothing;
  const bool is_spoken = is_among(Channel::phone, tool.channels);
  if (is_spoken && tool.access_for(&nothing) == Access::destructive) {
    notes.warn("channels", "a destructive tool never runs in a realtime session; leave voice out");
  }
}

}  // namespace

void check_tool(const ToolDraft& draft, Report& report) {
  const Notes notes(draft, report);
  const auto arguments = property_names(draft.spec.input_schema);
  check_bindings(draft.spec, arguments, notes);
  check_risk(draft.spec, arguments, notes);
  check_argument_names(draft.spec, arguments, notes);
  check_mask(draft.spec, notes);
  check_times(draft.spec, notes);
  check_rights(draft.spec, notes);
}

}  // namespace callosum::registry
