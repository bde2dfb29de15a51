#include "app/doors.hpp"

#include "api/account_callback.hpp"
#include "api/account_start.hpp"
#include "api/accounts.hpp"
#include "api/admin_add_tenant.hpp"
#include "api/admin_audit.hpp"
#include "api/admin_calls.hpp"
#include "api/admin_decide_proposal.hpp"
#include "api/admin_enablement.hpp"
#include "api/admin_exports.hpp"
#include "api/admin_phone_numbers.hpp"
#include "api/admin_proposals.hpp"
#include "api/admin_registry.hpp"
#include "api/admin_rollout.hpp"
#include "api/admin_sessions.hpp"
#include "api/admin_tenants.hpp"
#include "api/admin_tools.hpp"
#include "api/admin_user_modes.hpp"
#include "api/business_facts.hpp"
#include "api/client_secrets.hpp"
#include "api/confirmations.hpp"
#include "api/knowledge.hpp"
#include "api/probes.hpp"
#include "api/realtime_session.hpp"
#include "api/realtime_token.hpp"
#include "api/realtime_tools.hpp"
#include "api/registry_reload.hpp"
#include "api/session_tools.hpp"
#include "api/update_tools.hpp"
#include "app/wiring.hpp"

namespace callosum::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kReloadTime = 50s;  // within what the server gives a handler

template <class T, class... Arguments>
std::unique_ptr<api::Resource> make(Arguments&&... arguments) {
  return std::make_unique<T>(std::forward<Arguments>(arguments)...);
}

/// A channel's own door: what it is sent is signed, so that it asks for no credential.
class PhoneDoor final : public api::Resource {
 public:
  using Answer = std::function<asio::awaitable<net::HttpResponse>(const net::HttpRequest&)>;
  PhoneDoor(std::string path, Answer answer) : path_(std::move(path)), answer_(std::move(answer)) {}
  std::string_view method() const override { return "POST"; }
  std::string_view path() const override { return path_; }
  asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                            const std::vector<std::string>&) override {
    return answer_(request);
  }

 private:
  std::string path_;
  Answer answer_;
};

std::unique_ptr<api::Resource> make_metrics(Parts& parts) {
  auto refresh = [&parts, queued = parts.metrics.queued_bytes()] {
    queued.set(static_cast<double>(parts.queue_budget->used()));
  };
  return make<api::MetricsResource>(parts.metrics, std::move(refresh));
}

/// Of every tool whose pack has that table, read of it or not: edits are rare.
void forget_results(Parts& parts, const std::string& tenant_id, std::string_view table) {
  const auto edition = parts.editions->current();
  const auto& snapshot = edition->snapshot();
  std::vector<std::string> ids;
  for (const auto& tool : snapshot->tools()) {
    const auto* pack = snapshot->find_pack(tool.pack);
    if (!pack || !pack->tenant_columns.contains(std::string(table))) continue;
    ids.push_back(tool.id);
    if (auto* handler = edition->catalog().find(tool)) handler->on_data_changed(tenant_id);
  }
  parts.cache->drop(tenant_id, ids);
}

}  // namespace

channel::twilio::PhoneGround phone_ground(Parts& parts) {
  return {parts.config.phone, *parts.database, *parts.call_log, parts.stream_tokens,
          parts.time,         parts.random,    *parts.log};
}

asio::awaitable<Result<api::ReloadReport>> reload(Parts& parts) {
  return parts.editions->reload(async::Deadline::after(parts.time, kReloadTime));
}

Doors::Doors(const Ground& ground)
    : ground_(ground), main_(*ground.parts.log), admin_(*ground.parts.log) {
  add(Place::both, make<api::HealthResource>());
  add(Place::both, make<api::ReadyResource>([&parts = ground.parts] {
        if (!parts.is_ready) return std::string("the gateway is starting or going down");
        return parts.database->disk().trouble();
      }));
  const api::PlanCall plan = [&planner = ground.planner](api::auth::Principal principal,
                                                         std::string tenant) {
    return planner.plan_call(std::move(principal), std::move(tenant));
  };
  const api::FindTenant find_tenant = [&planner = ground.planner](api::auth::Principal principal,
                                                                  std::string asked) {
    return planner.find_tenant(std::move(principal), std::move(asked));
  };
  add_callers({plan, find_tenant});
  add_phone();
  add_operators({plan, find_tenant});
}

void Doors::add_callers(const Planning& planning) {
  const auto& [plan, find_tenant] = planning;
  auto& parts = ground_.parts;
  const auto& authenticator = *parts.authenticator;
  add(Place::main, make<api::ClientSecretsResource>(authenticator, *parts.secrets));
  add(Place::main, make<api::RealtimeToolsResource>(api::RealtimeToolsResource::Parts{
                       authenticator, plan, ground_.desk, parts.random, *parts.log}));
  add(Place::main, make<api::SessionToolsResource>(api::SessionToolsResource::Parts{
                       authenticator, ground_.desk, parts.random, *parts.log}));
  const api::ConfirmationsGround confirmations{authenticator, *parts.confirmations, parts.random,
                                               *parts.log};
  add(Place::main, make<api::ConfirmationsResource>(confirmations));
  add(Place::main, make<api::AnswerConfirmationResource>(confirmations));
  add_accounts(find_tenant);
  const api::PlanRealtimeToken plan_token =
      [&planner = ground_.planner](api::auth::Principal principal, api::RealtimeTokenWish wish) {
        return planner.plan_token(std::move(principal), std::move(wish));
      };
  const api::CredentialMint mint{*parts.secrets, parts.time, parts.random, *parts.log};
  const api::PlanRealtimeSession plan_session =
      [&planner = ground_.planner](api::auth::Principal principal, api::RealtimeSessionWish wish) {
        return planner.plan_realtime_session(std::move(principal), std::move(wish));
      };
  const api::BegunSessions begun{[&parts](const std::string& id, const std::string& theirs) {
                                   parts.load_book->name_unheld(id, theirs);
                                 },
                                 [&parts](const std::string& id) {
                                   parts.load_book->end_unheld(id, epoch_ms(parts.time.wall_now()));
                                 }};
  add(Place::main, make<api::RealtimeTokenResource>(api::RealtimeTokenResource::Parts{
                       authenticator, mint, plan_token, plan_session, begun}));
  add(Place::main, make<api::RealtimeSessionResource>(api::RealtimeSessionResource::Parts{
                       authenticator, mint, plan_session, begun}));
  const api::UpdateTools update_tools = [&planner = ground_.planner](api::auth::Principal principal,
                                                                     api::UpdateToolsWish wish) {
    return planner.update_tools(std::move(principal), std::move(wish));
  };
  add(Place::main, make<api::UpdateToolsResource>(api::UpdateToolsResource::Parts{
                       authenticator, update_tools, parts.random, *parts.log}));
  auto forget = [&parts](const std::string& tenant_id, std::string_view table) {
    forget_results(parts, tenant_id, table);
  };
  const api::KnowledgeParts knowledge{authenticator, find_tenant, *parts.database,  parts.time,
                                      parts.random,  *parts.log,  std::move(forget)};
  for (auto& resource : api::make_knowledge_resources(knowledge)) {
    add(Place::main, std::move(resource));
  }
  for (auto& resource : api::make_business_fact_resources(knowledge)) {
    add(Place::main, std::move(resource));
  }
}

void Doors::add_phone() {
  using channel::twilio::VoiceWebhook;
  for (const auto* carrier : phone_carriers()) {
    const auto webhook = std::make_shared<VoiceWebhook>(phone_ground(ground_.parts), *carrier);
    const auto place = "/" + std::string(carrier->name);
    add(Place::main, make<PhoneDoor>(place + "/voice", [webhook](const net::HttpRequest& request) {
          return webhook->voice(request);
        }));
    add(Place::main, make<PhoneDoor>(place + "/status", [webhook](const net::HttpRequest& request) {
          return webhook->status(request);
        }));
  }
}

void Doors::add_accounts(const api::FindTenant& find_tenant) {
  auto& parts = ground_.parts;
  const auto& authenticator = *parts.authenticator;
  add(Place::main, make<api::AccountStartResource>(api::AccountStartResource::Parts{
                       authenticator, find_tenant, parts.sign_ins.get(), *parts.origins, parts.time,
                       parts.random, *parts.log}));
  const api::AccountCallbackParts callback{parts.sign_ins.get(), parts.time, parts.random,
                                           *parts.log};
  add(Place::main, make<api::AccountCallbackResource>(callback));
  add(Place::main, make<api::AccountConnectResource>(callback));
  const api::AccountsGround accounts{authenticator, find_tenant,  parts.accounts.get(),
                                     parts.time,    parts.random, *parts.log};
  add(Place::main, make<api::AccountsResource>(accounts));
  add(Place::main, make<api::RemoveAccountResource>(accounts));
}

void Doors::add_operators(const Planning& planning) {
  const auto& [plan, find_tenant] = planning;
  auto& parts = ground_.parts;
  const auto& authenticator = *parts.authenticator;
  if (parts.config.metrics) add(Place::admin, make_metrics(parts));
  const api::ActIn act_in = [&planner = ground_.planner](pipeline::CallRequest request,
                                                         std::string account) {
    return planner.act_in(std::move(request), std::move(account));
  };
  add(Place::admin, make<api::AdminToolsResource>(api::AdminToolsResource::Parts{
                        authenticator, plan, act_in, ground_.executor}));
  add(Place::admin, make<api::AdminSessionsResource>(api::AdminSessionsResource::Parts{
                        authenticator, plan, *parts.database, parts.time}));
  add(Place::admin, make<api::AdminProposalsResource>(authenticator, plan, *parts.proposals));
  add(Place::admin, make<api::AdminDecideProposalResource>(api::AdminDecideProposalResource::Parts{
                        authenticator, plan, *parts.proposals, ground_.executor}));
  add(Place::admin, make<api::AdminAuditResource>(api::AdminAuditResource::Parts{
                        authenticator, find_tenant, *parts.database, parts.time}));
  for (const auto verb :
       {api::AdminEnablementResource::Verb::find, api::AdminEnablementResource::Verb::change}) {
    add(Place::admin,
        make<api::AdminEnablementResource>(
            verb, api::AdminEnablementResource::Parts{
                      authenticator, find_tenant, *parts.database, parts.time, parts.enablement,
                      [&parts] { return parts.editions->current()->snapshot(); }, *parts.log}));
  }
  for (const auto verb :
       {api::AdminRolloutResource::Verb::find, api::AdminRolloutResource::Verb::change}) {
    add(Place::admin,
        make<api::AdminRolloutResource>(
            verb, api::AdminRolloutResource::Parts{authenticator, find_tenant, *parts.database,
                                                   parts.time, *parts.log}));
  }
  const auto apply_modes = [&parts](const std::string& tenant_id, const std::string& subject,
                                    const storage::UserModes& modes) {
    std::optional<session::ToolNames> names;
    if (modes) names.emplace(modes->begin(), modes->end());
    parts.load_book->set_modes(tenant_id, subject, names);
    // The last word is what is on disk, whoever else changed it meanwhile.
    if (parts.user_watch) parts.user_watch->on_user_changed(tenant_id, subject);
  };
  for (const auto verb :
       {api::AdminUserModesResource::Verb::find, api::AdminUserModesResource::Verb::change}) {
    add(Place::admin,
        make<api::AdminUserModesResource>(
            verb, api::AdminUserModesResource::Parts{authenticator, find_tenant, *parts.database,
                                                     parts.time, apply_modes, *parts.log}));
  }
  const api::CallsGround calls{authenticator, find_tenant, *parts.database, parts.time};
  add(Place::admin, make<api::AdminCallsResource>(calls));
  add(Place::admin, make<api::AdminCallResource>(calls));
  std::vector<std::string> carriers;
  for (const auto* carrier : phone_carriers()) carriers.emplace_back(carrier->name);
  const api::PhoneNumbersGround numbers{authenticator, find_tenant, *parts.database,
                                        parts.time,    *parts.log,  std::move(carriers)};
  using PhoneNumber = api::AdminPhoneNumberResource;
  add(Place::admin, make<api::AdminPhoneNumbersResource>(numbers));
  add(Place::admin, make<PhoneNumber>(PhoneNumber::Verb::save, numbers));
  add(Place::admin, make<PhoneNumber>(PhoneNumber::Verb::remove, numbers));
  add(Place::admin, make<api::AdminTenantsResource>(authenticator, *parts.database, parts.time));
  add(Place::admin, make<api::AdminAddTenantResource>(api::AdminAddTenantResource::Parts{
                        authenticator, *parts.database, parts.time, parts.random, *parts.log}));
  add(Place::admin, make<api::AdminRegistryResource>(authenticator, [&editions = *parts.editions] {
        return api::RegistryView{editions.current()->snapshot(), editions.live_versions()};
      }));
  add(Place::admin, make<api::AdminExportsResource>(authenticator, [&editions = *parts.editions] {
        return editions.current()->snapshot();
      }));
  add(Place::admin,
      make<api::RegistryReloadResource>(authenticator, [&parts] { return reload(parts); }));
}

void Doors::add(Place place, std::unique_ptr<api::Resource> resource) {
  // On one listener nothing is found twice.
  const bool is_main = place != Place::admin || ground_.admin_on_main;
  const bool is_admin = place != Place::main && !ground_.admin_on_main;
  if (is_main) main_.add(*resource);
  if (is_admin) admin_.add(*resource);
  resources_.push_back(std::move(resource));
}

}  // namespace callosum::app
