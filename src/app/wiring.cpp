#include "app/wiring.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <map>

#include "app/loading.hpp"
#include "app/wiring_speech.hpp"
#include "app/wiring_text.hpp"
#include "async/blocking_pool.hpp"
#include "channel/twilio/carrier.hpp"
#include "net/tls.hpp"
#include "policy/access.hpp"
#include "policy/arguments.hpp"
#include "policy/assurance.hpp"
#include "policy/budget.hpp"
#include "policy/chain.hpp"
#include "policy/channel.hpp"
#include "policy/consent.hpp"
#include "policy/duplicate.hpp"
#include "policy/known.hpp"
#include "policy/loaded.hpp"
#include "policy/loop_breaker.hpp"
#include "policy/membership.hpp"
#include "policy/ownership.hpp"
#include "policy/provenance.hpp"
#include "policy/rate.hpp"
#include "policy/role.hpp"
#include "policy/same_act.hpp"
#include "provider/cascade/profile.hpp"
#include "provider/gemini/gemini_port.hpp"
#include "provider/gemini/profile.hpp"
#include "provider/offline/chat_brain.hpp"
#include "provider/offline/flite_speech.hpp"
#include "provider/offline/offline_port.hpp"
#include "provider/offline/phrase_brain.hpp"
#include "provider/offline/profile.hpp"
#include "provider/offline/voices.hpp"
#include "provider/openai/client_secret.hpp"
#include "provider/openai/openai_port.hpp"
#include "provider/openai/profile.hpp"
#include "provider/xai/profile.hpp"
#include "provider/xai/xai_port.hpp"
#include "storage/acts.hpp"
#include "tool/builtin/builtin_kind.hpp"
#include "tool/builtin/meta_tools.hpp"
#include "tool/builtin/noop.hpp"
#include "tool/builtin/phone_tools.hpp"
#include "tool/http/http_kind.hpp"
#include "tool/process/process_kind.hpp"
#include "tool/sql/sql_kind.hpp"

namespace callosum::app {
namespace {

policy::ChannelBudget budget_of(const config::Config& config, std::string_view channel) {
  const auto& limits = config.limits_for(channel);
  const auto or_many = [](std::int64_t n) { return n > 0 ? static_cast<int>(n) : 1'000'000; };
  policy::ChannelBudget out;
  out.turn.retrieval_calls = or_many(limits.retrieval_calls);
  out.turn.calls = or_many(limits.calls);
  out.turn.turn_time = std::chrono::milliseconds(limits.turn_ms);
  out.turn.turn_bytes = static_cast<std::uint64_t>(limits.turn_bytes);
  out.session.calls = static_cast<int>(limits.session_calls);
  out.session.tool_time = std::chrono::milliseconds(limits.session_tool_ms);
  out.session.bytes = static_cast<std::uint64_t>(limits.session_bytes);
  return out;
}

policy::RateLimits rate_limits(const config::Config& config) {
  // A tenth of a minute's calls may come at once.
  const auto rate = [](std::int64_t per_minute) {
    const auto calls = static_cast<double>(per_minute);
    return policy::Rate{calls, std::max(1.0, calls / 10)};
  };
  return {.reads = rate(config.reads_per_minute), .writes = rate(config.writes_per_minute)};
}

/// What a row of kProviders makes its provider of.
struct ProviderSource {
  Parts& parts;
  const std::shared_ptr<const registry::Snapshot>& snapshot;
  const std::string& name;  ///< in the configuration
  const config::ProviderConfig& config;
};

boost::asio::awaitable<Result<api::ProviderCredential>> mint(
    async::TimeSource& time, provider::openai::OpenAiOptions options, std::string body,
    async::Deadline deadline) {
  auto minting =
      provider::openai::mint_client_secret(time, std::move(options), std::move(body), deadline);
  auto minted = co_await std::move(minting);
  if (!minted) co_return minted.error();
  co_return api::ProviderCredential{std::move(minted->value), minted->expires_at_s,
                                    std::move(minted->session_id)};
}

/// A service in the cloud that is reached by a key of ours.
Result<provider::cloud::CloudOptions> cloud_options(const ProviderSource& source) {
  const auto& [parts, snapshot, name, config] = source;
  auto tls = net::make_client_tls(config.ca_file);
  if (!tls) return tls.error();
  const bool is_remote = config.url.starts_with("wss:");
  if (config.key.empty() && is_remote) {
    return fail(ErrorType::validation, "providers." + name + ".key_env: the variable " +
                                           config.key_env +
                                           " holds no key; set it, or use "
                                           "provider: offline");
  }
  return provider::cloud::CloudOptions{config.url, config.key, config.model, *tls,
                                       parts.queue_budget};
}

/// What the configuration says of one.
ProviderFactory cloud_factory(const ProviderSource& source) {
  ProviderFactory provider;
  provider.model = source.config.model;
  provider.models = source.config.models;
  provider.voice = source.config.voice;
  provider.transcription_model = source.config.transcription_model;
  return provider;
}

Result<ProviderFactory> make_openai(const ProviderSource& source) {
  const auto options = cloud_options(source);
  if (!options) return options.error();
  auto provider = cloud_factory(source);
  if (const auto profile = provider::openai::profile_of(provider.model); !profile.retires.empty()) {
    source.parts.log->warn(
        "model_retires",
        {{"provider", source.name}, {"model", provider.model}, {"on", profile.retires}});
  }
  provider.make = [options = *options, &time = source.parts.time](const std::string& chosen) {
    auto asked = options;
    if (!chosen.empty()) asked.model = chosen;
    return provider::openai::make_openai_port(std::move(asked), time);
  };
  provider.mint = [options = *options, &time = source.parts.time](std::string body,
                                                                  async::Deadline deadline) {
    return mint(time, options, std::move(body), deadline);
  };
  return provider;
}

Result<ProviderFactory> make_xai(const ProviderSource& source) {
  const auto options = cloud_options(source);
  if (!options) return options.error();
  auto provider = cloud_factory(source);
  provider.make = [options = *options, &time = source.parts.time](const std::string& chosen) {
    auto asked = options;
    if (!chosen.empty()) asked.model = chosen;
    return provider::xai::make_xai_port(std::move(asked), time);
  };
  return provider;
}

Result<ProviderFactory> make_gemini(const ProviderSource& source) {
  const auto options = cloud_options(source);
  if (!options) return options.error();
  auto provider = cloud_factory(source);
  const auto refused = std::make_shared<std::atomic<bool>>(false);
  provider.make = [options = *options, refused, &parts = source.parts](const std::string& chosen) {
    auto asked = options;
    if (!chosen.empty()) asked.model = chosen;
    return provider::gemini::make_gemini_port({std::move(asked), refused}, parts.time,
                                              parts.random);
  };
  return provider;
}

struct OfflineState {
  OfflineState() : pool(2, 4096) {}
  std::unique_ptr<provider::offline::SpeechParts> speech;
  std::unique_ptr<provider::offline::Brain> brain;
  async::BlockingPool pool;  // its threads end first
};

Result<ProviderFactory> make_offline(const ProviderSource& source) {
  const auto& [parts, snapshot, name, config] = source;
  if (!config.voice.empty() && provider::offline::find_voice(config.voice).empty()) {
    return fail(ErrorType::validation, "providers." + name + ".voice: there is no voice " +
                                           config.voice + "; " +
                                           provider::offline::voices_there_are());
  }
  auto state = std::make_shared<OfflineState>();
  auto speech = provider::offline::make_flite_speech(*snapshot, parts.config.data + "/speech");
  if (!speech) return speech.error();
  state->speech = std::move(*speech);
  if (config.brain_url.empty()) {
    state->brain = provider::offline::make_phrase_brain(snapshot);
  } else {
    auto tls = net::make_client_tls(config.ca_file);
    if (!tls) return tls.error();
    state->brain = provider::offline::make_chat_brain(
        {config.brain_url, config.brain_model, config.brain_key, *tls}, parts.time);
  }
  ProviderFactory provider;
  provider.make = [state, &time = parts.time, &random = parts.random](const std::string&) {
    return provider::offline::make_offline_port(
        {time, random, state->pool, *state->speech, *state->brain});
  };
  provider.model = provider::offline::kModel;
  provider.voice = config.voice;
  return provider;
}

/// No realtime provider: what hears and what plans every provider on this reply path has.
Result<ProviderFactory> make_cascade(const ProviderSource& source) {
  const auto& [parts, snapshot, name, config] = source;
  auto mouth = make_mouth(parts, snapshot, config.mouth.empty() ? "offline" : config.mouth);
  if (!mouth) return mouth.error();
  ProviderFactory provider;
  provider.make_mouth = std::move(*mouth);
  provider.profile = provider::cascade::profile_of({});
  provider.model = config.brain_model;
  provider.voice = config.voice;
  return provider;
}

/// Null where the ledger cannot be read now, or is too long to be read while somebody waits for the
/// start: then it is asked about every act.
std::unique_ptr<policy::ActFilter> known_acts(storage::Database& database) {
  constexpr std::int64_t kMost = 200'000;
  auto filter = std::make_unique<policy::ActFilter>();
  bool is_whole = false;
  const auto read =
      database.change_at_start([&](storage::sqlite::Connection& connection) -> Result<void> {
        const auto whole = storage::each_act(
            connection, kMost, [&](auto session, auto act) { filter->add(session, act); });
        if (!whole) return whole.error();
        is_whole = *whole;
        return {};
      });
  return read && is_whole ? std::move(filter) : nullptr;
}

struct ProviderKind {
  std::string_view name;
  Result<ProviderFactory> (*make)(const ProviderSource&);
  /// What is known of its models before one of them is reached.
  realtime::ProviderProfile (*profile_of)(std::string_view model);
};
constexpr std::array kProviderKinds{
    ProviderKind{"openai", make_openai, provider::openai::profile_of},
    ProviderKind{"xai", make_xai, provider::xai::profile_of},
    ProviderKind{"gemini", make_gemini, provider::gemini::profile_of},
    ProviderKind{"offline", make_offline, provider::offline::profile_of},
    ProviderKind{"cascade", make_cascade, provider::cascade::profile_of},
};

/// The configured provider first, then those that take over from it.
std::vector<std::string> names_of_providers(const config::Config& config) {
  std::vector<std::string> names{config.provider};
  names.insert(names.end(), config.fallback.begin(), config.fallback.end());
  return names;
}

Result<const ProviderKind*> kind_of_provider(const config::Config& config,
                                             const std::string& name) {
  const auto at = config.providers.find(name);
  if (at == config.providers.end()) {
    return fail(ErrorType::not_found, "provider: there is no providers." + name);
  }
  const auto kind = config.kind_of_provider(name);
  std::string known;
  for (const auto& row : kProviderKinds) {
    if (row.name == kind) return &row;
    known += (known.empty() ? "" : ", ") + std::string(row.name);
  }
  return fail(ErrorType::not_found,
              "providers." + name + ": no provider of kind " + kind + "; there are " + known);
}

/// The words for tools of who plans: the provider's own, or those of a chat model, which is given
/// what callers are shown.
std::string planners_export(const config::Config& config, const ProviderKind& kind,
                            std::string_view model) {
  if (config.reply_path == "brain") return kCallersExport;
  return kind.profile_of(model).tool_export;
}

/// Those that providers share are one.
using EarsByName = std::map<std::string, realtime::MakeEars>;

Result<realtime::MakeEars> find_ears(const ProviderSource& source, EarsByName& known) {
  if (source.parts.config.reply_path == "native") return realtime::MakeEars();
  const auto& name = source.config.ears;
  if (const auto at = known.find(name); at != known.end()) return at->second;
  auto made = make_ears(source.parts, source.snapshot, name);
  if (!made) return made.error();
  return known.emplace(name, std::move(*made)).first->second;
}

Result<ProviderFactory> make_provider(const std::string& name, Parts& parts,
                                      const std::shared_ptr<const registry::Snapshot>& snapshot,
                                      EarsByName& known_ears) {
  const auto kind = kind_of_provider(parts.config, name);
  if (!kind) return kind.error();
  const auto& config = parts.config.providers.at(name);
  const ProviderSource source{parts, snapshot, name, config};
  auto made = (*kind)->make(source);
  if (!made) return made.error();
  made->name = name;
  const auto profile = (*kind)->profile_of(made->model);
  if (config.tool_changes == "reconnect" && profile.can_change_tools) {
    return fail(
        ErrorType::validation,
        "providers." + name +
            ".tool_changes: reconnect is for providers that take no new list of tools within "
            "a connection, and this one does; leave it empty, or say carry");
  }
  // A chat model is given its tools with every question.
  made->is_frozen = parts.config.reply_path != "brain" && is_frozen(parts.config, name, profile);
  made->export_name = planners_export(parts.config, **kind, made->model);
  made->breaker = parts.breakers.at(name);
  made->cap = std::chrono::seconds(config.session_s);
  made->patience = std::chrono::milliseconds(config.silence_ms);
  auto ears = find_ears(source, known_ears);
  if (!ears) return ears.error();
  made->make_ears = std::move(*ears);
  auto judge = make_judge(parts, name);
  if (!judge) return judge.error();
  made->judge = std::move(*judge);
  if (parts.config.reply_path != "brain") return made;
  auto chat = make_chat(parts, snapshot, name);
  if (!chat) return chat.error();
  made->chat = std::move(*chat);
  made->thinks_ahead = config.brain_ahead;
  made->interrupt_after = std::chrono::milliseconds(config.interrupt_after_ms);
  // Our own words are written down here: a session always has them.
  if (made->transcription_model.empty()) made->transcription_model = "callosum-ears";
  return made;
}

}  // namespace

/// The services where callers have accounts that tools may act in.
std::map<std::string, std::vector<std::string>> account_apis() {
  return {{"google", {"https://gmail.googleapis.com", "https://www.googleapis.com"}}};
}

std::vector<std::unique_ptr<tool::ToolKind>> make_tool_kinds(const KindGround& ground) {
  std::unique_ptr<tool::sql::Meanings> meanings;
  if (ground.embeddings) {
    const auto& embeddings = ground.config.embeddings;
    const auto least = static_cast<double>(embeddings.least_similarity_percent) / 100;
    meanings = std::make_unique<tool::sql::Meanings>(
        tool::sql::MeaningGround{ground.database, ground.log, *ground.metrics}, ground.embeddings,
        tool::sql::MeaningOptions{embeddings.model, least});
  }
  std::vector<std::unique_ptr<tool::ToolKind>> kinds;
  kinds.push_back(tool::sql::make_sql_kind(ground.database, {}, std::move(meanings)));
  kinds.push_back(tool::http::make_http_kind(
      ground.config,
      {.is_trial = ground.is_trial, .accounts = ground.accounts, .account_apis = account_apis()}));
  kinds.push_back(
      tool::process::make_process_kind(ground.config, ground.log, {.is_trial = ground.is_trial}));
  auto builtin = std::make_unique<tool::builtin::BuiltinKind>();
  builtin->add("noop", tool::builtin::do_nothing);
  tool::builtin::add_meta_tools(*builtin, ground.sessions);
  tool::builtin::add_phone_tools(*builtin);
  kinds.push_back(std::move(builtin));
  return kinds;
}

Result<std::unique_ptr<tool::account::AccountBook>> make_account_book(Parts& parts) {
  using tool::account::OAuthService;
  const auto& config = parts.config.accounts;
  if (config.google.client_id.empty()) return nullptr;
  auto sealer = Sealer::make(config.key, config.old_key);
  if (!sealer) {
    const auto is_old = static_cast<bool>(Sealer::make(config.key));
    return fail(sealer.error().type,
                (is_old ? "accounts.old_key: " : "accounts.key: ") + sealer.error().message);
  }
  auto tls = net::make_client_tls(config.google.ca_file);
  if (!tls) return fail(tls.error().type, "accounts.google.ca_file: " + tls.error().message);
  const auto& google = config.google;
  std::vector<OAuthService> services;
  services.push_back({"google", "Google", google.client_id, google.client_secret, google.auth_url,
                      google.token_url, google.revoke_url, google.issuer, google.redirect_url,
                      google.scopes, std::move(*tls)});
  const tool::account::AccountGround ground{*parts.database, parts.time, parts.random, *parts.log};
  return std::make_unique<tool::account::AccountBook>(ground, std::move(*sealer),
                                                      std::move(services));
}

std::vector<const channel::twilio::Carrier*> phone_carriers() {
  namespace phone = channel::twilio;
  return {&phone::twilio_carrier(), &phone::telnyx_carrier(), &phone::plivo_carrier()};
}

std::vector<std::string> exports_needed(const config::Config& config) {
  std::vector<std::string> names{kCallersExport};
  for (const auto& provider : names_of_providers(config)) {
    const auto kind = kind_of_provider(config, provider);
    if (!kind) continue;
    auto name = planners_export(config, **kind, config.providers.at(provider).model);
    if (std::find(names.begin(), names.end(), name) == names.end()) {
      names.push_back(std::move(name));
    }
  }
  return names;
}

policy::AfterUntrusted after_untrusted_of(const config::Config& config) {
  if (config.after_untrusted == "session") return policy::AfterUntrusted::session;
  if (config.after_untrusted == "off") return policy::AfterUntrusted::off;
  return policy::AfterUntrusted::turn;
}

std::vector<std::unique_ptr<policy::Gate>> make_gates(Parts& parts) {
  const auto& config = parts.config;
  const std::array budgets{budget_of(config, "voice"), budget_of(config, "text"),
                           budget_of(config, "mcp"), budget_of(config, "phone")};
  std::vector<std::unique_ptr<policy::Gate>> gates;
  gates.push_back(std::make_unique<policy::OwnershipGate>());  // a mouth plans nothing
  gates.push_back(std::make_unique<policy::DuplicateGate>());  // before anything is counted
  gates.push_back(std::make_unique<policy::KnownGate>());      // the rest needs the tool
  gates.push_back(std::make_unique<policy::ChannelGate>());    // how the caller came in
  gates.push_back(std::make_unique<policy::LoadedGate>(&parts.enablement));  // at hand in the epoch
  gates.push_back(std::make_unique<policy::AccessGate>());      // what these arguments would do
  gates.push_back(std::make_unique<policy::RoleGate>());        // who asks
  gates.push_back(std::make_unique<policy::AssuranceGate>());   // and how sure we are of that
  gates.push_back(std::make_unique<policy::MembershipGate>());  // of this very business
  gates.push_back(std::make_unique<policy::ArgumentsGate>());   // only members learn the schema
  gates.push_back(std::make_unique<policy::ProvenanceGate>());  // of arguments that can be read
  gates.push_back(std::make_unique<policy::SameActGate>(
      *parts.ledger, known_acts(*parts.database)));        // done: not counted twice
  gates.push_back(std::make_unique<policy::ChainGate>());  // out of order: not counted either
  gates.push_back(std::make_unique<policy::RateGate>(rate_limits(config)));  // of all sessions
  gates.push_back(std::make_unique<policy::BudgetGate>(budgets));  // counts what would run
  gates.push_back(std::make_unique<policy::LoopBreakerGate>());    // counts what may still run
  policy::ConsentParts consent{parts.time, parts.random, parts.proposals.get(),
                               parts.confirmations.get()};
  consent.after_untrusted = after_untrusted_of(config);
  gates.push_back(std::make_unique<policy::ConsentGate>(consent));  // last: nobody is asked in vain
  return gates;
}

Result<std::vector<ProviderFactory>> make_providers(
    Parts& parts, const std::shared_ptr<const registry::Snapshot>& snapshot) {
  EarsByName ears;
  std::vector<ProviderFactory> providers;
  for (const auto& name : names_of_providers(parts.config)) {
    auto made = make_provider(name, parts, snapshot, ears);
    if (!made) return made.error();
    providers.push_back(std::move(*made));
  }
  return providers;
}

}  // namespace callosum::app
