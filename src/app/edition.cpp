#include "app/edition.hpp"

#include "registry/export/export.hpp"

namespace callosum::app {

namespace {

registry::Audience audience_of(const registry::CallContext& context) {
  return {.channel = offered_channel_of(context),
          .roles = context.roles,
          .assurance = context.assurance,
          .mode = context.mode,
          .is_realtime = true,
          .access_mode = context.access_mode};
}

}  // namespace

Edition::Edition(std::shared_ptr<const pipeline::Catalog> catalog,
                 std::vector<ProviderFactory> providers, telemetry::Gauge live)
    : catalog_(std::move(catalog)), providers_(std::move(providers)), live_(live) {
  live_.add(1);
}

Edition::~Edition() { live_.add(-1); }

Result<Edition::Offer> Edition::offer_for(const registry::CallContext& context,
                                          const policy::SwitchedOff& off,
                                          std::string_view export_name) const {
  std::string key = std::string(export_name) + "|" +
                    std::string(to_string(offered_channel_of(context))) + "|" +
                    std::string(to_string(context.assurance)) + "|" +
                    std::string(to_string(context.access_mode)) + "|" + context.mode;
  for (const auto& role : context.roles) key += "|" + role;
  for (const auto& name : off) key += "|-" + name;
  if (auto known = find_offer(key)) return known;
  auto visible = registry::visible_tools(*snapshot(), audience_of(context));
  std::erase_if(visible, [&off](const auto* tool) {
    return policy::is_off(*tool, off) || tool->pack == registry::kMetaPack;
  });
  return compile(key, visible, export_name);
}

Result<Edition::Offer> Edition::offer_of(const Listing& listing,
                                         std::string_view export_name) const {
  auto audience = audience_of(listing.context);
  audience.mode = listing.set.mode;
  Tools listed;
  std::string key = std::string(export_name) + "|set";
  for (const auto& tool : snapshot()->tools()) {
    const bool is_listed = !listing.is_frozen || tool.pack == registry::kMetaPack;
    if (!is_listed || !listing.set.tools->contains(tool.name)) continue;
    if (!registry::is_for(tool, audience)) continue;
    listed.push_back(&tool);
    key += "|" + tool.name;
  }
  if (auto known = find_offer(key)) return known;
  return compile(key, listed, export_name);
}

Edition::Offer Edition::find_offer(const std::string& key) const {
  const std::lock_guard lock(mutex_);
  const auto at = offers_.find(key);
  return at == offers_.end() ? nullptr : at->second;
}

Result<Edition::Offer> Edition::compile(const std::string& key, const Tools& tools,
                                        std::string_view export_name) const {
  const auto* target = registry::find_export(export_name);
  if (!target) {
    return fail(ErrorType::internal, "the tools could not be exported",
                "there is no export " + std::string(export_name));
  }
  auto exported = target->compile(tools);
  if (!exported) return exported.error();
  std::vector<std::string> names;
  for (const auto* tool : tools) names.push_back(tool->name);
  Offer offer = std::make_shared<session::ToolOffer>(std::move(exported->tools), std::move(names));
  const std::lock_guard lock(mutex_);
  if (offers_.size() > 256) offers_.clear();  // roles are claims: their number is not ours to say
  offers_[key] = offer;
  return offer;
}

std::shared_ptr<const pipeline::Catalog> catalog_of(const std::shared_ptr<const Edition>& edition) {
  return {edition, &edition->catalog()};
}

}  // namespace callosum::app
