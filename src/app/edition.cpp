#include "app/edition.hpp"

#include <algorithm>

#include "registry/export/export.hpp"

namespace callosum::app {

Edition::Edition(std::shared_ptr<const pipeline::Catalog> catalog, ProviderFactory provider,
                 telemetry::Gauge live)
    : catalog_(std::move(catalog)), provider_(std::move(provider)), live_(live) {
  live_.add(1);
}

Edition::~Edition() { live_.add(-1); }

registry::AccessMode Edition::access_mode() const {
  auto strictest = registry::AccessMode::confirm;
  for (const auto& pack : snapshot()->packs()) {
    const auto mode = registry::parse_word<registry::AccessMode>(pack.access_mode);
    if (mode) strictest = std::min(strictest, *mode);
  }
  return strictest;
}

Result<std::shared_ptr<const Edition::ToolList>> Edition::tools_for(
    const registry::CallContext& context) const {
  std::string key = std::string(to_string(context.channel)) + "|" +
                    std::string(to_string(context.assurance)) + "|" + context.mode;
  for (const auto& role : context.roles) key += "|" + role;
  {
    const std::lock_guard lock(mutex_);
    const auto at = lists_.find(key);
    if (at != lists_.end()) return at->second;
  }
  const registry::Audience audience{.channel = context.channel,
                                    .roles = context.roles,
                                    .assurance = context.assurance,
                                    .mode = context.mode,
                                    .is_realtime = true,
                                    .access_mode = context.access_mode};
  const auto visible = registry::visible_tools(*snapshot(), audience);
  const auto* target = registry::find_export(provider_.export_name);
  auto exported = target->compile(visible);
  if (!exported) return exported.error();
  auto list = std::make_shared<ToolList>();
  list->tools = std::move(exported->tools);
  for (const auto* tool : visible) list->names.push_back(tool->name);
  const std::lock_guard lock(mutex_);
  if (lists_.size() > 256) lists_.clear();  // roles are a caller's claims: their number is not ours
  lists_[key] = list;
  return std::shared_ptr<const ToolList>(list);
}

std::shared_ptr<const pipeline::Catalog> catalog_of(const std::shared_ptr<const Edition>& edition) {
  return {edition, &edition->catalog()};
}

}  // namespace callosum::app
