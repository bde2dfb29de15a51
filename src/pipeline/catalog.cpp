#include "pipeline/catalog.hpp"

#include <algorithm>

namespace callosum::pipeline {

std::shared_ptr<const Catalog> Catalog::make(std::shared_ptr<const registry::Snapshot> snapshot,
                                             const std::vector<tool::ToolKind*>& kinds,
                                             std::vector<registry::LoadProblem>& problems) {
  auto catalog = std::make_shared<Catalog>();
  catalog->snapshot_ = std::move(snapshot);
  for (const auto& spec : catalog->snapshot_->tools()) {
    const auto kind = std::find_if(kinds.begin(), kinds.end(),
                                   [&](const auto* k) { return k->name() == spec.run.kind; });
    if (kind == kinds.end()) {
      problems.push_back({spec.run.place, spec.name + ".run",
                          "this build cannot run tools of kind " + spec.run.kind});
      continue;
    }
    const auto* pack = catalog->snapshot_->find_pack(spec.pack);
    auto handler = (*kind)->make(spec, *pack);
    if (!handler) {
      const auto& error = handler.error();
      problems.push_back(
          {spec.run.place, spec.name + ".run",
           error.detail.empty() ? error.message : error.message + " (" + error.detail + ")"});
      continue;
    }
    catalog->handlers_.emplace(&spec, std::move(*handler));
  }
  return catalog;
}

tool::ToolHandler* Catalog::find(const registry::ToolSpec& tool) const {
  const auto at = handlers_.find(&tool);
  return at == handlers_.end() ? nullptr : at->second.get();
}

}  // namespace callosum::pipeline
