#include "registry/snapshot.hpp"

#include <algorithm>

namespace callosum::registry {

Snapshot::Snapshot(std::vector<Pack> packs, std::vector<ToolSpec> tools, std::string version)
    : packs_(std::move(packs)), tools_(std::move(tools)), version_(std::move(version)) {
  for (std::size_t i = 0; i < tools_.size(); ++i) by_name_.emplace(tools_[i].name, i);
  minds_provenance_ = std::any_of(tools_.begin(), tools_.end(), [](const ToolSpec& tool) {
    return !tool.provenance_seen.empty();
  });
  const bool has_untrusted = std::any_of(tools_.begin(), tools_.end(),
                                         [](const ToolSpec& tool) { return tool.untrusted; });
  for (auto& tool : tools_) {
    required_.insert(tool.requires_tools.begin(), tool.requires_tools.end());
    tool.may_be_raised = has_untrusted && tool.confirmation == Confirmation::none &&
                         tool.may_write() && tool.reaches_outside();
  }
}

const ToolSpec* Snapshot::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : &tools_[found->second];
}

const Pack* Snapshot::find_pack(std::string_view name) const {
  const auto found = std::find_if(packs_.begin(), packs_.end(),
                                  [&](const Pack& pack) { return pack.name == name; });
  return found == packs_.end() ? nullptr : &*found;
}

const Mode* Snapshot::find_mode(std::string_view name) const {
  for (const auto& pack : packs_) {
    for (const auto& mode : pack.modes) {
      if (mode.name == name) return &mode;
    }
  }
  return nullptr;
}

bool Snapshot::gates_by_mode() const {
  return std::any_of(packs_.begin(), packs_.end(),
                     [](const Pack& pack) { return !pack.modes.empty(); });
}

std::string LoadProblem::to_string() const {
  std::string out = place.to_string() + ": ";
  if (!field.empty()) out += field + ": ";
  return out + message;
}

}  // namespace callosum::registry
