#include "app/planner.hpp"

#include "app/tenant_prompt.hpp"
#include "base/ids.hpp"
#include "registry/export/export.hpp"

namespace callosum::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kPlanTimeout = 5s;

Error not_theirs() { return fail(ErrorType::forbidden, "you are not a member of that business"); }

}  // namespace

registry::AccessMode access_mode_of(const registry::Snapshot& snapshot) {
  auto strictest = registry::AccessMode::confirm;
  for (const auto& pack : snapshot.packs()) {
    const auto mode = registry::parse_word<registry::AccessMode>(pack.access_mode);
    if (mode) strictest = std::min(strictest, *mode);
  }
  return strictest;
}

asio::awaitable<Result<storage::Tenant>> Planner::find_tenant(const api::auth::Principal& principal,
                                                              std::string asked) {
  if (asked.empty()) {
    if (principal.tenants.size() != 1) {
      co_return fail(ErrorType::validation, principal.tenants.empty()
                                                ? "this credential belongs to no business"
                                                : "say which business: add ?tenant_id=");
    }
    asked = principal.tenants.front();
  }
  const auto deadline = async::Deadline::after(parts_.time, kPlanTimeout);
  auto tenant = co_await storage::resolve_canonical_tenant(*parts_.database, asked, deadline);
  if (!tenant && tenant.error().type != ErrorType::not_found) co_return tenant.error();
  // The same answer for "not yours" and "not there".
  const bool is_member =
      tenant && (principal.is_member_of(tenant->id) || principal.is_member_of(tenant->slug));
  if (!is_member) co_return not_theirs();
  co_return tenant;
}

asio::awaitable<Result<registry::CallContext>> Planner::plan_call(api::auth::Principal principal,
                                                                  std::string tenant) {
  auto found = co_await find_tenant(principal, std::move(tenant));
  if (!found) co_return found.error();
  registry::CallContext context;
  context.tenant_id = found->id;
  context.tenant_slug = found->slug;
  context.session_id = make_id("call_", parts_.random);
  context.subject = principal.subject;
  context.email = principal.email;
  context.roles = principal.roles;
  context.is_member = true;
  context.caller_phone = principal.phone;
  context.assurance = principal.assurance;
  context.channel = registry::Channel::text;
  context.snapshot = parts_.catalog->snapshot();
  context.access_mode = access_mode_of(*context.snapshot);
  context.is_realtime = false;
  context.is_provider_planned = false;
  context.provider = "console";
  co_return context;
}

Result<Planner::SharedOffer> Planner::offer_for(const registry::CallContext& context) {
  std::string key = context.snapshot->version() + "|" + std::string(to_string(context.channel)) +
                    "|" + std::string(to_string(context.assurance)) + "|" + context.mode;
  for (const auto& role : context.roles) key += "|" + role;
  {
    const std::lock_guard lock(mutex_);
    const auto at = offers_.find(key);
    if (at != offers_.end()) return at->second;
  }
  const registry::Audience audience{.channel = context.channel,
                                    .roles = context.roles,
                                    .assurance = context.assurance,
                                    .mode = context.mode,
                                    .is_realtime = true,
                                    .access_mode = context.access_mode};
  const auto visible = registry::visible_tools(*context.snapshot, audience);
  const auto* target = registry::find_export(parts_.provider.export_name);
  auto exported = target->compile(visible);
  if (!exported) return exported.error();
  std::vector<std::string> names;
  for (const auto* tool : visible) names.push_back(tool->name);
  SharedOffer offer =
      std::make_shared<const session::ToolOffer>(std::move(exported->tools), std::move(names));
  const std::lock_guard lock(mutex_);
  if (offers_.size() > 256) offers_.clear();  // roles are claims: their number is not ours to say
  offers_[key] = offer;
  return offer;
}

asio::awaitable<Result<session::SessionPlan>> Planner::plan_session(
    const net::HttpRequest& request) {
  const auto origin = parts_.origins->check(request);
  if (!origin) co_return origin.error();
  auto principal = parts_.authenticator->authenticate(request);
  if (!principal) {
    parts_.log->warn("upgrade_refused",
                     {{"peer", request.peer}, {"reason", principal.error().detail}});
    co_return principal.error();
  }
  if (!parts_.is_ready) co_return fail(ErrorType::transient, "the gateway is not ready");
  auto asked = request.query("tenant_id");
  auto context = co_await plan_call(*principal, std::move(asked));
  if (!context) co_return context.error();
  context->session_id = make_id("sess_", parts_.random);
  context->channel = principal->channel.value_or(registry::Channel::voice);
  context->is_realtime = true;
  context->is_provider_planned = true;

  auto offer = offer_for(*context);
  if (!offer) co_return offer.error();
  const storage::Tenant tenant{context->tenant_id, context->tenant_slug, "", ""};
  const auto deadline = async::Deadline::after(parts_.time, kPlanTimeout);
  auto prompt = co_await fill_tenant_prompt(*parts_.database, context->snapshot, tenant, deadline);
  if (!prompt) co_return prompt.error();

  session::SessionPlan plan;
  plan.catalog = parts_.catalog;
  plan.make_model = parts_.provider.make;
  plan.start.context = std::move(*context);
  plan.start.instructions = std::move(*prompt);
  plan.start.offer = std::move(*offer);
  plan.start.voice = parts_.provider.voice;
  if (principal->session) plan.start.preset = *principal->session;
  plan.start.wants_timeline = request.headers.get("X-Callosum-Timeline") == "1";
  co_return plan;
}

}  // namespace callosum::app
