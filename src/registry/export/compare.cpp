// What two consumers make of the same tools.
#include <algorithm>

#include "registry/export/diff.hpp"
#include "registry/export/report.hpp"
#include "registry/render.hpp"

namespace callosum::registry {
namespace {

bool is_same(const Loss& a, const Loss& b) {
  return a.place == b.place && a.keyword == b.keyword && a.kind == b.kind;
}

/// Those of `mine` that are not in `theirs`.
std::vector<Loss> alone(const std::vector<Loss>& mine, const std::vector<Loss>& theirs) {
  std::vector<Loss> out;
  for (const auto& loss : mine) {
    const auto matches = [&](const Loss& other) { return is_same(loss, other); };
    if (std::none_of(theirs.begin(), theirs.end(), matches)) out.push_back(loss);
  }
  return out;
}

std::string about(const ToolComparison& tool, int which, std::string_view name) {
  if (!tool.refused[which].empty()) return std::string(name) + " cannot carry it";
  return std::string(name) + " about " + counted(tool.tokens[which], "token");
}

}  // namespace

std::vector<ToolComparison> compare_consumers(std::span<const ToolSpec* const> tools,
                                              const ToolExport& one, const ToolExport& other) {
  std::vector<ToolComparison> out;
  for (const auto* tool : tools) {
    ToolComparison comparison{.tool = tool->name};
    std::vector<Loss> losses[2];
    const ToolExport* const targets[] = {&one, &other};
    for (int i = 0; i < 2; ++i) {
      const ToolSpec* const alone_[] = {tool};
      auto exported = targets[i]->compile(alone_);
      if (!exported) {
        comparison.refused[i] = exported.error().message;
        continue;
      }
      comparison.tokens[i] = exported->tokens;
      losses[i] = std::move(exported->losses);
    }
    comparison.lost[0] = alone(losses[0], losses[1]);
    comparison.lost[1] = alone(losses[1], losses[0]);
    out.push_back(std::move(comparison));
  }
  return out;
}

std::string render_comparison(const std::vector<ToolComparison>& comparison, std::string_view one,
                              std::string_view other) {
  const std::string_view names[] = {one, other};
  std::string out;
  std::size_t tokens[2] = {0, 0};
  for (const auto& tool : comparison) {
    out += tool.tool + ": " + about(tool, 0, one) + ", " + about(tool, 1, other) + "\n";
    for (int i = 0; i < 2; ++i) {
      tokens[i] += tool.tokens[i];
      if (!tool.refused[i].empty()) out += "  " + tool.refused[i] + "\n";
      for (const auto& loss : tool.lost[i]) {
        out += "  " + (loss.place.empty() ? "/" : loss.place) + ": `" + loss.keyword + "` " +
               (loss.kind == Loss::Kind::dropped ? "dropped" : "rewritten") + " by " +
               std::string(names[i]) + " alone; " + std::string(loss.enforced) + "\n";
      }
    }
  }
  return out + counted(comparison.size(), "tool") + ", " + std::string(one) + " about " +
         counted(tokens[0], "token") + ", " + std::string(other) + " about " +
         counted(tokens[1], "token") + "\n";
}

json::object encode_comparison(const ToolComparison& comparison, std::string_view one,
                               std::string_view other) {
  const std::string_view names[] = {one, other};
  json::object out{{"tool", comparison.tool}};
  for (int i = 0; i < 2; ++i) {
    json::object side{{"tokens", comparison.tokens[i]},
                      {"lost_alone", encode_losses(comparison.lost[i])}};
    if (!comparison.refused[i].empty()) side["refused"] = comparison.refused[i];
    out[names[i]] = std::move(side);
  }
  return out;
}

}  // namespace callosum::registry
