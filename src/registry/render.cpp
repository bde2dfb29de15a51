#include "registry/render.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "registry/json_text.hpp"

namespace callosum::registry {
namespace {

using Line = std::vector<std::string>;

std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

/// Columns as wide as their widest cell; the last one runs on.
std::string render_table(const std::vector<Line>& lines) {
  std::vector<std::size_t> widths(lines.front().size());
  for (const auto& line : lines) {
    for (std::size_t i = 0; i < line.size(); ++i)
      widths[i] = std::max(widths[i], width_of(line[i]));
  }
  std::string out;
  for (const auto& line : lines) {
    for (std::size_t i = 0; i + 1 < line.size(); ++i) {
      out += line[i] + std::string(widths[i] - width_of(line[i]) + 2, ' ');
    }
    out += line.back() + "\n";
  }
  return out;
}

std::string first_line(std::string_view text) {
  return std::string(text.substr(0, text.find('\n')));
}

template <class Words>
std::string words(const Words& list) {
  std::vector<std::string> out;
  for (const auto& word : list) out.emplace_back(to_string(word));
  return join(out, " ");
}

std::string yes_no(bool value) { return value ? "yes" : "no"; }

std::string any_if_empty(const std::vector<std::string>& list, std::string_view otherwise) {
  return list.empty() ? std::string(otherwise) : join(list, " ");
}

std::string render_risk(const RiskRule& rule) {
  json::object when;
  for (const auto& [argument, values] : rule.when) {
    when[argument] = json::array(values.begin(), values.end());
  }
  const auto asks = rule.confirmation
                        ? ", confirmation " + std::string(to_string(*rule.confirmation))
                        : std::string();
  return std::string(to_string(rule.access)) + " when " + to_json_text(when) + asks;
}

std::vector<Line> rights(const ToolSpec& tool) {
  std::vector<Line> lines{
      {"category", std::string(to_string(tool.category))},
      {"access", std::string(to_string(tool.access))},
      {"channels", words(tool.channels)},
      {"modes", any_if_empty(tool.modes, "every mode")},
      {"roles", any_if_empty(tool.roles, "every member")},
      {"min_assurance", std::string(to_string(tool.min_assurance))},
      {"confirmation", std::string(to_string(tool.confirmation))},
  };
  for (const auto& rule : tool.risk) lines.push_back({"risk", render_risk(rule)});
  for (const auto& binding : tool.bind) {
    lines.push_back({"bind", binding.parameter + " = " + binding.source});
  }
  return lines;
}

std::vector<Line> behaviour(const ToolSpec& tool) {
  std::vector<Line> lines{
      {"timeout_ms", std::to_string(tool.timeout.count())},
      {"latency_budget_ms", std::to_string(tool.latency_budget.count())},
      {"cache_ttl_s", std::to_string(tool.cache_ttl.count())},
      {"on_interrupt", std::string(to_string(tool.on_interrupt))},
      {"delivery", std::string(to_string(tool.delivery))},
      {"terminal", yes_no(tool.terminal)},
      {"untrusted", yes_no(tool.untrusted)},
      {"run", tool.run.kind + " (" + tool.run.place.to_string() + ")"},
  };
  const auto add = [&](std::string_view key, const std::vector<std::string>& list) {
    if (!list.empty()) lines.push_back({std::string(key), join(list, " ")});
  };
  add("idempotency_key", tool.idempotency_key);
  for (const auto& [name, field] : tool.undone_by)
    lines.push_back({"undone_by", name + " of " + field});
  add("requires", tool.requires_tools);
  if (tool.max_chain) lines.push_back({"max_chain", std::to_string(*tool.max_chain)});
  add("invalidates", tool.invalidates);
  add("provenance", tool.provenance_seen);
  for (const auto& mask : tool.mask) {
    lines.push_back({"mask", mask.field + " = " + std::string(to_string(mask.how))});
  }
  for (const auto& phrase : tool.phrases) lines.push_back({"phrase", phrase});
  return lines;
}

}  // namespace

std::string counted(std::size_t count, std::string_view what) {
  return std::to_string(count) + " " + std::string(what) + (count == 1 ? "" : "s");
}

std::string render_tool_list(const Snapshot& snapshot) {
  std::vector<Line> lines{{"TOOL", "VERSION", "PACK", "CATEGORY", "ACCESS", "CHANNELS", "SUMMARY"}};
  for (const auto& tool : snapshot.tools()) {
    lines.push_back({tool.name, tool.version, tool.pack, std::string(to_string(tool.category)),
                     std::string(to_string(tool.access)), words(tool.channels),
                     first_line(tool.summary)});
  }
  return render_table(lines) + counted(snapshot.tools().size(), "tool") + ", registry " +
         snapshot.version() + "\n";
}

std::string render_tool(const ToolSpec& tool) {
  std::string out =
      tool.id + " " + tool.version + "  (" + tool.place.to_string() + ")\n" + tool.summary + "\n";
  if (!tool.description.empty()) out += "\n" + tool.description + "\n";
  auto lines = rights(tool);
  for (auto& line : behaviour(tool)) lines.push_back(std::move(line));
  out += "\n" + render_table(lines);
  out += "input   " + to_json_text(tool.input_schema) + "\n";
  if (!tool.output_schema.empty()) out += "output  " + to_json_text(tool.output_schema) + "\n";
  if (!tool.say_on_failure.empty()) out += "on failure it says: " + tool.say_on_failure + "\n";
  return out;
}

std::string render_problems(const std::vector<LoadProblem>& problems) {
  std::string out;
  for (const auto& problem : problems) out += problem.to_string() + "\n";
  return out;
}

std::string render_lint(const LoadOutcome& outcome) {
  std::string out = render_problems(outcome.problems);
  for (const auto& warning : outcome.warnings) out += "warning: " + warning.to_string() + "\n";
  if (outcome.snapshot == nullptr) {
    return out + counted(outcome.problems.size(), "problem") + "\n";
  }
  return out + counted(outcome.snapshot->tools().size(), "tool") + ", registry " +
         outcome.snapshot->version() + ", " + counted(outcome.warnings.size(), "warning") + "\n";
}

}  // namespace callosum::registry
