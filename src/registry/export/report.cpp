#include "registry/export/report.hpp"

#include "registry/render.hpp"

namespace callosum::registry {
namespace {

std::string_view word_of(Loss::Kind kind) {
  return kind == Loss::Kind::dropped ? "dropped" : "rewritten";
}

}  // namespace

std::string render_export_report(const ExportedTools& exported) {
  std::string out;
  for (const auto& loss : exported.losses) {
    out += loss.tool + " " + (loss.place.empty() ? "/" : loss.place) + ": `" + loss.keyword + "` " +
           std::string(word_of(loss.kind)) + "; " + std::string(loss.enforced) + "\n";
  }
  for (const auto& cost : exported.costs) {
    out += cost.tool + ": about " + counted(cost.tokens, "token") + "\n";
  }
  out += counted(exported.costs.size(), "tool") + ", about " + counted(exported.tokens, "token") +
         ", " + std::to_string(exported.losses.size()) +
         (exported.losses.size() == 1 ? " loss\n" : " losses\n");
  return out;
}

json::array encode_losses(const std::vector<Loss>& losses) {
  json::array out;
  for (const auto& loss : losses) {
    out.push_back(json::object{{"tool", loss.tool},
                               {"place", loss.place},
                               {"keyword", loss.keyword},
                               {"kind", word_of(loss.kind)},
                               {"enforced", loss.enforced}});
  }
  return out;
}

json::object encode_export_report(const ExportedTools& exported) {
  json::array costs;
  for (const auto& cost : exported.costs) {
    costs.push_back(json::object{{"tool", cost.tool}, {"tokens", cost.tokens}});
  }
  return {{"losses", encode_losses(exported.losses)},
          {"costs", std::move(costs)},
          {"tokens", exported.tokens}};
}

}  // namespace callosum::registry
