#include <algorithm>
#include <map>
#include <set>

#include "base/json.hpp"
#include "base/text.hpp"
#include "registry/manifest/drafts.hpp"

namespace callosum::registry {
namespace {

using Packs = std::vector<std::unique_ptr<PackDraft>>;

std::string place_of(const PackDraft& pack, int line) {
  return SourcePlace{pack.report.file(), line}.to_string();
}

void check_pack_names(const Packs& packs) {
  std::map<std::string, std::string> seen;
  for (const auto& pack : packs) {
    if (pack->pack.name.empty()) continue;
    const auto* member = pack->root.find("pack");
    const auto [first, is_new] =
        seen.emplace(fold_name(pack->pack.name), place_of(*pack, member->line));
    if (is_new) continue;
    pack->report.problem(member->line, "pack",
                         "the pack " + shown(pack->pack.name) + " is already at " + first->second);
  }
}

/// Names that differ in upper and lower case only are one name to whoever hears them.
void check_tool_names(const Packs& packs) {
  std::map<std::string, std::string> seen;
  for (const auto& pack : packs) {
    for (const auto& tool : pack->tools) {
      if (tool.spec.name.empty()) continue;
      const int line = tool.line_of("name");
      const auto [first, is_new] = seen.emplace(fold_name(tool.spec.name), place_of(*pack, line));
      if (is_new) continue;
      pack->report.problem(line, tool.path + ".name",
                           "a tool of this name is already at " + first->second);
    }
  }
}

using Graph = std::map<std::string, const ToolDraft*, std::less<>>;

Graph all_tools(const Packs& packs) {
  Graph tools;
  for (const auto& pack : packs) {
    for (const auto& tool : pack->tools) tools.emplace(tool.spec.name, &tool);
  }
  return tools;
}

/// A key of a tool that names other tools.
struct Mentions {
  const ToolDraft& tool;
  std::string_view key;
  const std::vector<std::string>& names;
};

void check_mentions(const Mentions& mentions, const Graph& tools, Report& report) {
  std::vector<std::string_view> known;
  for (const auto& [name, tool] : tools) known.push_back(name);
  for (const auto& name : mentions.names) {
    if (tools.contains(name)) continue;
    report.problem(mentions.tool.line_of(mentions.key),
                   mentions.tool.path + "." + std::string(mentions.key),
                   "there is no tool " + shown(name) + nearest_hint(name, known));
  }
}

/// A conversation has the tools of one pack, so what is required is one of them.
void check_of_pack(const PackDraft& pack, const Mentions& mentions, const Graph& tools,
                   Report& report) {
  const auto& tool = mentions.tool;
  for (const auto& name : mentions.names) {
    const auto at = tools.find(name);
    const bool is_of_pack =
        std::any_of(pack.tools.begin(), pack.tools.end(),
                    [&](const ToolDraft& each) { return each.spec.name == name; });
    if (at == tools.end() || is_of_pack) continue;
    report.problem(tool.line_of(mentions.key), tool.path + "." + std::string(mentions.key),
                   shown(name) + " is a tool of another pack; expected one of this pack");
  }
}

bool answers_with(const ToolSpec& tool, const std::string& field) {
  const auto* properties = find_object(tool.output_schema, "properties");
  return properties != nullptr && properties->contains(field);
}

/// What undoes an act names the same thing in its answer as the act did in its own.
void check_undoings(const PackDraft& pack, const ToolDraft& tool, const Graph& tools,
                    Report& report) {
  std::vector<std::string> names;
  for (const auto& undoing : tool.spec.undone_by) names.push_back(undoing.tool);
  check_mentions({tool, "undone_by", names}, tools, report);
  check_of_pack(pack, {tool, "undone_by", names}, tools, report);
  for (const auto& [name, field] : tool.spec.undone_by) {
    const auto at = tools.find(name);
    if (at == tools.end()) continue;
    for (const auto* each : {&tool.spec, &at->second->spec}) {
      if (answers_with(*each, field)) continue;
      report.problem(tool.line_of("undone_by"), tool.path + ".undone_by." + name,
                     "the `output` of `" + each->name + "` has no member " + shown(field));
    }
  }
}

/// Whether following `requires` from this tool leads back to it: then it could never run.
bool requires_itself(const std::string& name, const Graph& tools) {
  std::set<std::string_view> seen;
  std::vector<std::string_view> next{name};
  while (!next.empty()) {
    const auto at = tools.find(next.back());
    next.pop_back();
    if (at == tools.end()) continue;
    for (const auto& required : at->second->spec.requires_tools) {
      if (required == name) return true;
      if (seen.insert(required).second) next.push_back(required);
    }
  }
  return false;
}

void check_phrases(const Packs& packs) {
  std::map<std::string, std::string> seen;
  for (const auto& pack : packs) {
    for (const auto& tool : pack->tools) {
      for (const auto& phrase : tool.spec.phrases) {
        const auto [first, is_new] = seen.emplace(fold_name(phrase), tool.spec.name);
        if (is_new || first->second == tool.spec.name) continue;
        pack->report.warn(tool.line_of("phrases"), tool.path + ".phrases",
                          shown(phrase) + " is also a phrase of `" + first->second + "`");
      }
    }
  }
}

bool has_mode(const Pack& pack, const std::string& name) {
  return std::any_of(pack.modes.begin(), pack.modes.end(),
                     [&](const Mode& mode) { return mode.name == name; });
}

/// What a pack's tools and modes say of its modes. A pack without any leaves them to whoever says
/// which mode a session is in.
void check_modes(PackDraft& draft) {
  const auto& pack = draft.pack;
  if (pack.modes.empty()) return;
  std::vector<std::string_view> known;
  for (const auto& mode : pack.modes) known.push_back(mode.name);
  auto& report = draft.report;
  for (const auto& mode : pack.modes) {
    for (const auto& from : mode.from) {
      if (has_mode(pack, from)) continue;
      report.problem(draft.root.find("modes")->line, "modes." + mode.name + ".from",
                     "there is no mode " + shown(from) + nearest_hint(from, known));
    }
  }
  for (const auto& tool : draft.tools) {
    for (const auto& name : tool.spec.modes) {
      if (has_mode(pack, name)) continue;
      report.problem(tool.line_of("modes"), tool.path + ".modes",
                     "there is no mode " + shown(name) + nearest_hint(name, known));
    }
  }
}

}  // namespace

void check_together(const Packs& packs) {
  check_pack_names(packs);
  check_tool_names(packs);
  check_phrases(packs);
  const Graph tools = all_tools(packs);
  for (const auto& pack : packs) {
    check_modes(*pack);
    for (const auto& tool : pack->tools) {
      check_mentions({tool, "requires", tool.spec.requires_tools}, tools, pack->report);
      check_of_pack(*pack, {tool, "requires", tool.spec.requires_tools}, tools, pack->report);
      check_undoings(*pack, tool, tools, pack->report);
      check_mentions({tool, "invalidates", tool.spec.invalidates}, tools, pack->report);
      if (!requires_itself(tool.spec.name, tools)) continue;
      pack->report.problem(tool.line_of("requires"), tool.path + ".requires",
                           "leads back to this tool; it could never run");
    }
  }
}

}  // namespace callosum::registry
