#include "app/loading.hpp"

namespace callosum::app {

namespace asio = boost::asio;

asio::awaitable<Result<std::optional<session::LoadGround>>> make_load_ground(
    Parts& parts, registry::CallContext context, policy::SwitchedOff off,
    async::Deadline deadline) {
  std::optional<session::LoadGround> none;
  if (!context.snapshot->gates_by_mode()) co_return none;
  session::LoadGround ground;
  ground.session_id = context.session_id;
  ground.tenant_id = context.tenant_id;
  ground.subject = context.subject;
  ground.snapshot = context.snapshot;
  ground.channel = context.channel;
  ground.roles = context.roles;
  ground.assurance = context.assurance;
  ground.access_mode = context.access_mode;
  ground.pack = context.pack;
  ground.off = std::move(off);
  ground.most_tokens = static_cast<std::size_t>(parts.config.tool_tokens);
  auto finding = find_modes(*parts.database, context.tenant_id, context.subject, deadline);
  auto modes = co_await std::move(finding);
  if (!modes) co_return modes.error();
  ground.modes = std::move(*modes);
  if (parts.accounts) {
    auto looking =
        find_usable_accounts(*parts.database, context.tenant_id, context.subject, deadline);
    auto accounts = co_await std::move(looking);
    if (!accounts) co_return accounts.error();
    ground.accounts = std::move(*accounts);
  }
  co_return std::optional<session::LoadGround>(std::move(ground));
}

void put_loaded(registry::CallContext& context, std::shared_ptr<const registry::LoadedSet> set) {
  if (set) {
    context.epoch = set->epoch;
    context.mode = set->mode;
    context.account = set->account;
  }
  context.loaded = std::move(set);
}

bool is_frozen(const config::Config& config, const std::string& provider,
               const realtime::ProviderProfile& profile) {
  const auto at = config.providers.find(provider);
  const std::string wish = at == config.providers.end() ? "" : at->second.tool_changes;
  if (wish == "carry") return true;
  if (wish == "reconnect" || profile.can_change_tools) return false;
  return profile.resumption == realtime::Resumption::none;
}

}  // namespace callosum::app
