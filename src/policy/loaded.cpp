#include "policy/loaded.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "registry/snapshot.hpp"

namespace callosum::policy {
namespace {

using registry::CallContext;
using registry::LoadedSet;
using registry::ToolSpec;

bool is_of_mode(const ToolSpec& tool, const std::string& mode) {
  return tool.modes.empty() ||
         std::find(tool.modes.begin(), tool.modes.end(), mode) != tool.modes.end();
}

/// The tool itself and those it builds on.
bool is_loaded(const ToolSpec& tool, const LoadedSet& loaded) {
  if (!loaded.tools) return true;
  const auto has = [&](const std::string& name) { return loaded.tools->contains(name); };
  return has(tool.name) && std::all_of(tool.requires_tools.begin(), tool.requires_tools.end(), has);
}

Verdict not_loaded(std::string message) {
  return refuse(ErrorType::not_loaded, std::move(message));
}

}  // namespace

std::optional<Verdict> LoadedGate::judge(const PreparedCall& call) {
  const auto& tool = *call.tool;
  const auto& context = call.context;
  const auto* loaded = context.loaded.get();
  // As it is now, whatever it was when the session began: off is off.
  const auto off = enablement_ ? enablement_->of(context.tenant_id) : nullptr;
  if ((off && is_off(tool, *off)) || (loaded && is_off(tool, loaded->disabled))) {
    return not_loaded(
        "that is switched off for this business; somebody who manages it can switch it on");
  }
  const bool is_of_pack = tool.pack == context.pack || tool.pack == registry::kMetaPack;
  if (!context.pack.empty() && !is_of_pack) {
    return not_loaded("that is not part of this conversation; begin one that is about it");
  }
  if (!context.is_realtime && !context.is_provider_planned) return pass();
  if (loaded && loaded->epoch != context.epoch) {
    return not_loaded("the tools have changed in the meantime; make the call again");
  }
  if (!is_of_mode(tool, context.mode)) {
    return not_loaded("that belongs to " + join(tool.modes, " or ") + "; switch to it first");
  }
  if (!loaded) return pass();
  if (!is_loaded(tool, *loaded)) {
    return not_loaded("that is not loaded at the moment; load it first");
  }
  if (!tool.account.empty() && !loaded->accounts.contains(tool.account)) {
    return not_loaded("that needs a " + tool.account + " account; connect one first");
  }
  return pass();
}

}  // namespace callosum::policy
