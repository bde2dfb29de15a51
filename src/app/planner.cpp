#include "app/planner.hpp"

#include <algorithm>

#include "api/session_desk.hpp"
#include "app/caller_memory.hpp"
#include "app/connect_lookups.hpp"
#include "app/loading.hpp"
#include "app/product_context.hpp"
#include "app/reply_paths.hpp"
#include "app/tenant_prompt.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kPlanTimeout = 5s;

/// A tenant whose packs know nothing of it is answered for, with what the prompt says of that.
void warn_of_missing(telemetry::Log& log, const storage::Tenant& tenant,
                     const TenantPrompt& prompt) {
  if (prompt.missing.empty()) return;
  log.warn("tenant_data_missing", {{"tenant", tenant.slug},
                                   {"tenant_id", tenant.id},
                                   {"table", "businesses"},
                                   {"row", prompt.has_business ? "there" : "missing"},
                                   {"nothing_for", join(prompt.missing, ", ")}});
}

/// The model that the client asks for.
std::string asked_model(const api::auth::Principal& principal, const net::HttpRequest& request) {
  auto asked = request.query("model");
  if (asked.empty() && principal.session) asked = text_at(*principal.session, "model");
  return asked;
}

/// The same where the operator lets it choose that one of this provider's; else none.
std::string choose_model(const ProviderFactory& provider, const std::string& asked) {
  const auto& models = provider.models;
  const bool is_offered = std::find(models.begin(), models.end(), asked) != models.end();
  return is_offered ? asked : std::string();
}

Error not_theirs() { return fail(ErrorType::forbidden, "you are not a member of that business"); }

bool minds_words(const registry::ToolSpec& tool) {
  return tool.takes_token() || !tool.provenance_seen.empty();
}

/// Whether some tool of the session depends on what the caller says, in words: a spoken yes, an
/// identifier.
bool minds_words(const registry::Snapshot& snapshot, const session::ToolOffer& offer) {
  const auto& tools = snapshot.tools();
  return std::any_of(tools.begin(), tools.end(), [&](const registry::ToolSpec& tool) {
    return minds_words(tool) && offer.contains(tool.name);
  });
}

}  // namespace

Result<void> check_pack(const registry::Snapshot& snapshot, const std::string& name,
                        const policy::SwitchedOff* off) {
  if (name.empty()) return {};
  if (!snapshot.find_pack(name) || name == registry::kMetaPack) {
    std::vector<std::string> known;
    for (const auto& pack : snapshot.packs()) {
      if (pack.name != registry::kMetaPack) known.push_back(pack.name);
    }
    return fail(ErrorType::validation,
                "pack: there is no such pack; there are " + join(known, ", "));
  }
  if (off && off->contains(name)) {
    return fail(ErrorType::not_loaded, "pack: it is switched off for this business");
  }
  return {};
}

Result<std::string> narrow_to_pack(const api::auth::Principal& principal, std::string wanted) {
  if (principal.pack.empty() || wanted.empty() || wanted == principal.pack) {
    return wanted.empty() ? principal.pack : std::move(wanted);
  }
  return fail(ErrorType::validation, "pack: this credential is for " + principal.pack + " alone");
}

asio::awaitable<Result<storage::Tenant>> Planner::find_tenant(api::auth::Principal principal,
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

registry::CallContext Planner::context_for(const api::auth::Principal& principal,
                                           const storage::Tenant& tenant, const Edition& edition) {
  registry::CallContext context;
  context.tenant_id = tenant.id;
  context.tenant_slug = tenant.slug;
  context.session_id = make_id("call_", parts_.random);
  context.subject = principal.subject;
  context.email = principal.email;
  context.roles = principal.roles;
  context.pack = principal.pack;
  context.is_member = true;
  context.caller_phone = principal.phone;
  context.assurance = principal.assurance;
  context.channel = registry::Channel::text;
  context.snapshot = edition.snapshot();
  context.is_realtime = false;
  context.is_provider_planned = false;
  context.provider = "console";
  return context;
}

asio::awaitable<Result<pipeline::CallRequest>> Planner::plan_call(api::auth::Principal principal,
                                                                  std::string tenant) {
  auto finding_tenant = find_tenant(principal, std::move(tenant));
  const auto found = co_await std::move(finding_tenant);
  if (!found) co_return found.error();
  const auto edition = parts_.editions->current();
  auto context =
      std::make_shared<const registry::CallContext>(context_for(principal, *found, *edition));
  co_return pipeline::CallRequest{
      {}, std::move(context), std::make_shared<policy::SessionCalls>(), catalog_of(edition)};
}

asio::awaitable<Result<pipeline::CallRequest>> Planner::act_in(pipeline::CallRequest request,
                                                               std::string account) {
  const auto deadline = async::Deadline::after(parts_.time, kPlanTimeout);
  const auto& now = *request.context;
  auto finding = find_usable_accounts(*parts_.database, now.tenant_id, now.subject, deadline);
  const auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  const auto wanted = to_lower_ascii(account);
  for (const auto& each : *found) {
    if (to_lower_ascii(each.email) != wanted) continue;
    auto context = std::make_shared<registry::CallContext>(now);
    context->account = each.email;
    request.context = std::move(context);
    co_return request;
  }
  co_return fail(ErrorType::not_found, "account: you have connected no such account here");
}

asio::awaitable<Result<Planner::Found>> Planner::find_session(std::string subject,
                                                              std::vector<std::string> ids) {
  const auto deadline = async::Deadline::after(parts_.time, kPlanTimeout);
  std::optional<storage::RealtimeSession> session;
  std::string unknown;
  for (const auto& id : ids) {
    auto finding = parts_.sessions->find_live(id, subject, deadline);
    auto found = co_await std::move(finding);
    if (!found) co_return found.error();
    const auto other = *found ? "" : parts_.load_book->find_other_name(id, subject);
    if (!other.empty()) {
      auto finding_other = parts_.sessions->find_live(other, subject, deadline);
      found = co_await std::move(finding_other);
      if (!found) co_return found.error();
    }
    if (!*found && session && unknown.empty()) {
      unknown = id;
      continue;
    }
    if (!*found) co_return api::no_such_session();
    if (session && session->id != (*found)->id) {
      co_return fail(ErrorType::validation,
                     "session_id and openai_session_id name two different sessions; send the one "
                     "that is meant");
    }
    session = std::move(*found);
  }
  if (!session) co_return api::no_such_session();
  co_return Found{std::move(*session), std::move(unknown)};
}

asio::awaitable<Result<Planner::Named>> Planner::find_named(api::auth::Principal principal,
                                                            std::vector<std::string> ids) {
  auto finding = find_session(principal.subject, std::move(ids));
  auto found = co_await std::move(finding);
  if (!found) co_return found.error();
  auto* session = &found->session;
  auto finding_tenant = find_tenant(principal, session->tenant_id);
  auto tenant = co_await std::move(finding_tenant);
  if (!tenant && tenant.error().type == ErrorType::forbidden) co_return api::no_such_session();
  if (!tenant) co_return tenant.error();
  const auto channel = registry::parse_word<registry::Channel>(session->channel);
  const bool may_use_it = channel && principal.channel.value_or(*channel) == *channel;
  const bool is_meant = principal.session_id.empty() || principal.session_id == session->id;
  const bool is_of_pack = principal.pack.empty() || principal.pack == session->pack;
  if (!may_use_it || !is_meant || !is_of_pack) co_return api::no_such_session();
  // A secret of the provider's may open several connections, each with an id of its own (protocol
  // §3.1): the client alone knows which, and names a session that is its own anyway.
  constexpr std::size_t kLongestId = 256;
  const auto& unknown = found->unknown;
  const bool is_learned = unknown.empty() || (unknown.size() <= kLongestId &&
                                              parts_.load_book->name_unheld(session->id, unknown));
  if (!is_learned) co_return api::no_such_session();
  co_return Named{std::move(*session), std::move(*tenant)};
}

asio::awaitable<Result<pipeline::CallRequest>> Planner::plan_session_call(
    api::auth::Principal principal, std::vector<std::string> ids) {
  auto finding = find_named(principal, std::move(ids));
  const auto named = co_await std::move(finding);
  if (!named) co_return named.error();
  const auto* session = &named->session;
  const auto edition = find_edition(*session);
  if (!edition) co_return api::no_such_session();
  auto context = context_for(principal, named->tenant, *edition);
  context.session_id = session->id;
  if (!session->pack.empty()) context.pack = session->pack;
  context.channel = *registry::parse_word<registry::Channel>(session->channel);
  put_loaded(context, parts_.load_book->current(session->id));
  // Its tools come and go, and nobody knows which of them are there: then none are.
  const bool is_forgotten = session->epoch > 0 && !context.loaded;
  if (is_forgotten) co_return api::no_such_session();
  context.is_realtime = true;
  // What a client passes on is what the provider's model planned.
  context.is_provider_planned = true;
  context.reply_path = registry::parse_word<registry::ReplyPath>(session->reply_path)
                           .value_or(registry::ReplyPath::native);
  context.tool_ownership = registry::parse_word<registry::ToolOwnership>(session->tool_ownership)
                               .value_or(registry::ToolOwnership::provider_native);
  // Of the session's own calls: one id is one call, whichever way it comes.
  context.provider = session->provider;
  co_return pipeline::CallRequest{{},
                                  std::make_shared<const registry::CallContext>(std::move(context)),
                                  nullptr,
                                  catalog_of(edition)};
}

Result<Edition::Offer> Planner::offer_tools(const Opening& opening, std::string_view export_name) {
  const auto& loaded = opening.context.loaded;
  auto offer = loaded ? opening.edition->offer_of({*loaded, opening.context}, export_name)
                      : opening.edition->offer_for(opening.context, opening.off, export_name);
  if (offer) return offer;
  parts_.metrics
      .counter("tools_unavailable_total",
               "Sessions and credentials without tools because the registry could not be exported.")
      .add();
  parts_.log->error("tools_unavailable", {{"tenant_id", opening.context.tenant_id},
                                          {"export", export_name},
                                          {"registry_version", opening.edition->version()},
                                          {"message", offer.error().message},
                                          {"detail", offer.error().detail}});
  return offer;
}

/// What is loaded later may.
bool Planner::may_mind_words(const Opening& opening) const {
  const auto& tools = opening.edition->snapshot()->tools();
  return std::any_of(tools.begin(), tools.end(), [&](const registry::ToolSpec& tool) {
    return minds_words(tool) && !policy::is_off(tool, opening.off);
  });
}

std::vector<session::ModelSource> Planner::model_sources(const Opening& opening,
                                                         const std::string& asked_model) {
  const auto& edition = opening.edition;
  using Offer = std::shared_ptr<const session::ToolOffer>;
  std::vector<std::pair<const ProviderFactory*, Offer>> offered;
  for (const auto& provider : edition->providers()) {
    auto offer = offer_tools(opening, provider.export_name);
    if (!offer) {
      if (!offered.empty()) continue;  // better none than one that can do nothing
      // A voice that can take a message is better than none, as long as it is known.
      offer = std::make_shared<const session::ToolOffer>(json::array(), std::vector<std::string>());
    }
    offered.emplace_back(&provider, std::move(*offer));
  }
  std::vector<session::ModelSource> sources;
  const auto who = std::make_shared<const registry::CallContext>(opening.context);
  const ModelUse use{offered.size() == 1, std::make_shared<bool>(false)};
  for (auto& each : offered) {
    const auto& provider = *each.first;
    session::ModelSource source;
    source.name = provider.name;
    const auto path = opening.context.reply_path;
    source.make =
        make_model_of(parts_, {edition, &provider}, path, choose_model(provider, asked_model), use);
    source.offer = std::move(each.second);
    if (opening.context.loaded) {
      source.offer_for = [edition, &provider, who](const registry::LoadedSet& set) {
        auto made = edition->offer_of({set, *who, provider.is_frozen}, provider.export_name);
        return made ? std::move(*made) : nullptr;
      };
      if (auto first = source.offer_for(*opening.context.loaded)) source.offer = std::move(first);
    }
    source.voice = provider.voice;
    const bool is_native = path == registry::ReplyPath::native;
    const bool may_mind = opening.context.loaded && may_mind_words(opening);
    if (!is_native || may_mind || minds_words(*edition->snapshot(), *source.offer)) {
      source.transcription_model = provider.transcription_model;
    }
    source.breaker = provider.breaker;
    source.cap = provider.cap;
    source.patience = provider.patience;
    sources.push_back(std::move(source));
  }
  return sources;
}

asio::awaitable<Result<Planner::Opening>> Planner::open(api::auth::Principal principal,
                                                        storage::Tenant tenant,
                                                        std::string session_id) {
  Opening opening;
  // Pinned here, once: what this session is shown, says and runs is all of one version.
  opening.edition = parts_.editions->current();
  opening.context = context_for(principal, tenant, *opening.edition);
  opening.context.session_id =
      session_id.empty() ? make_id("sess_", parts_.random) : std::move(session_id);
  opening.context.channel = principal.channel.value_or(registry::Channel::voice);
  opening.context.is_realtime = true;
  // Latched here, once: never worked out again.
  latch_reply_path(parts_.config.reply_path, opening.context);

  const auto& snapshot = opening.edition->snapshot();
  const auto switched_off = parts_.enablement.of(tenant.id);
  auto& off = opening.off;
  if (switched_off) off = *switched_off;
  for (const auto& pack : snapshot->packs()) {
    const bool is_meant =
        principal.pack.empty() || pack.name == principal.pack || pack.name == registry::kMetaPack;
    if (!is_meant) off.insert(pack.name);
  }
  const auto deadline = async::Deadline::after(parts_.time, kPlanTimeout);
  auto making = make_load_ground(parts_, opening.context, off, deadline);
  auto ground = co_await std::move(making);
  if (!ground) co_return ground.error();
  opening.load = std::move(*ground);
  if (opening.load) {
    const auto& providers = opening.edition->providers();
    opening.load->is_frozen = std::any_of(providers.begin(), providers.end(),
                                          [](const auto& each) { return each.is_frozen; });
  }
  PromptSource source{snapshot, tenant, off};
  auto prompt = co_await fill_tenant_prompt(*parts_.database, std::move(source), deadline);
  if (!prompt) co_return prompt.error();
  warn_of_missing(*parts_.log, tenant, *prompt);
  opening.values = std::move(prompt->values);
  opening.product = make_product_context(std::move(*prompt), tenant, opening.context);
  auto recalling = recall(parts_, principal, tenant.id, deadline);
  opening.product.memory = co_await std::move(recalling);
  co_return opening;
}

void Planner::fill_token(const Opening& opening, api::RealtimeTokenPlan& plan) {
  const auto& provider = opening.edition->provider();
  // Shown as callers know tools, but only those that the provider can be given.
  auto offer = offer_tools(opening, provider.export_name);
  if (offer) offer = offer_tools(opening, kCallersExport);
  plan.session = {{"type", "realtime"},
                  {"model", provider.model},
                  {"instructions", session::render_instructions(opening.product)},
                  {"tools", offer ? (*offer)->tools()->list : json::array()},
                  {"tool_choice", "auto"}};
  if (!provider.voice.empty()) {
    plan.session["audio"] = json::object{{"output", {{"voice", provider.voice}}}};
  }
  plan.tools_unavailable = !offer;
  // A browser that talks to the provider itself has the provider's own ears and brain.
  if (opening.context.reply_path == registry::ReplyPath::native) plan.mint = provider.mint;
}

asio::awaitable<Result<api::RealtimeTokenPlan>> Planner::plan_token(api::auth::Principal principal,
                                                                    api::RealtimeTokenWish wish) {
  auto finding_tenant = find_tenant(principal, std::move(wish.tenant));
  const auto tenant = co_await std::move(finding_tenant);
  if (!tenant) co_return tenant.error();
  auto pack = narrow_to_pack(principal, std::move(wish.pack));
  if (!pack) co_return pack.error();
  const auto checked = check_pack(*parts_.editions->current()->snapshot(), *pack,
                                  parts_.enablement.of(tenant->id).get());
  if (!checked) co_return checked.error();
  api::RealtimeTokenPlan plan;
  plan.owner = std::move(principal);
  plan.owner.tenants = {tenant->id};
  plan.owner.pack = std::move(*pack);
  auto opens = open(plan.owner, *tenant);
  auto opening = co_await std::move(opens);
  if (!opening) co_return opening.error();
  // What it will begin with: nobody holds it yet.
  if (opening->load && session::is_gated(*opening->load)) {
    put_loaded(opening->context,
               std::make_shared<const registry::LoadedSet>(session::load(*opening->load, {})));
  }
  fill_token(*opening, plan);
  co_return plan;
}

asio::awaitable<void> Planner::look_up(session::SessionPlan& plan, PromptValues& values,
                                       pipeline::Executor* executor) {
  if (!executor) co_return;
  auto looking = look_up_on_connect({*executor, parts_.time, *parts_.log, parts_.metrics}, plan);
  const auto found = co_await std::move(looking);
  plan.start.product.looked_up = found.lines();
  for (const auto& one : found.found) plan.start.looked_up.push_back(one.data);
  found.put_values(values);
}

asio::awaitable<Result<session::SessionPlan>> Planner::plan_session(const net::HttpRequest& request,
                                                                    pipeline::Executor* executor) {
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
  auto finding_tenant = find_tenant(*principal, std::move(asked));
  const auto tenant = co_await std::move(finding_tenant);
  if (!tenant) co_return tenant.error();
  std::optional<storage::RealtimeSession> before;
  auto session_id =
      principal->session_id.empty() ? request.query("session_id") : principal->session_id;
  if (!session_id.empty()) {
    auto finding = find_resumable(*principal, tenant->id, session_id);
    auto found = co_await std::move(finding);
    if (!found) co_return found.error();
    before = std::move(*found);
    principal->pack = before->pack;
  }
  const auto checked = check_pack(*parts_.editions->current()->snapshot(), principal->pack,
                                  parts_.enablement.of(tenant->id).get());
  if (!checked && !before) co_return checked.error();
  auto opens = open(*principal, *tenant, std::move(session_id));
  auto opening = co_await std::move(opens);
  if (!opening) co_return opening.error();
  auto begins =
      begin_plan(std::move(*opening), std::move(before), asked_model(*principal, request));
  auto plan = co_await std::move(begins);
  if (!plan) co_return plan.error();
  PromptValues values;  // such a session says no words of ours
  auto looking = look_up(*plan, values, executor);
  co_await std::move(looking);
  if (principal->session) plan->start.preset = *principal->session;
  const auto timeline = request.headers.get("X-Callosum-Timeline");
  plan->start.wants_tools = timeline == "2";
  plan->start.wants_timeline = timeline == "1" || timeline == "2";
  co_return plan;
}

asio::awaitable<Result<session::SessionPlan>> Planner::begin_plan(
    Opening opening, std::optional<storage::RealtimeSession> before, std::string asked_model) {
  session::SessionPlan plan;
  if (before && before->state == storage::SessionState::ended) {
    plan.start.resumed = before->resumed + 1;
  }
  auto in_book = begin_loading(opening, before ? &*before : nullptr);
  if (!in_book) co_return in_book.error();
  if (before) {
    plan.start.untrusted = before->untrusted;
    plan.start.answered_calls = before->answered_calls;
    auto finding = find_open_questions(std::move(*before));
    auto questions = co_await std::move(finding);
    if (!questions) co_return questions.error();
    plan.start.questions = std::move(*questions);
  }
  plan.start.in_book = std::move(*in_book);
  plan.catalog = catalog_of(opening.edition);
  plan.start.models = model_sources(opening, asked_model);
  plan.start.context = std::move(opening.context);
  plan.start.product = std::move(opening.product);
  plan.start.context_tokens = static_cast<std::size_t>(parts_.config.context_tokens);
  const bool is_phone = !plan.start.context.call_sid.empty();
  const auto channel = is_phone ? "phone" : to_string(plan.start.context.channel);
  const auto& limits = parts_.config.limits_for(channel);
  plan.start.max_follow_ups = static_cast<int>(limits.follow_ups);
  co_return plan;
}

}  // namespace callosum::app
