#include "app/parts.hpp"

#include <filesystem>

#include "app/attack/dry_kind.hpp"
#include "app/caller_limits.hpp"
#include "app/compile_packs.hpp"
#include "app/wiring.hpp"
#include "app/wiring_text.hpp"
#include "pipeline/recover.hpp"
#include "storage/enablement.hpp"
#include "storage/phone_calls.hpp"

namespace callosum::app {
namespace {

Result<std::unique_ptr<Edition>> build_edition(
    Parts& parts, const std::shared_ptr<const registry::Snapshot>& snapshot, bool with_provider,
    Problems& problems) {
  const PackGround ground{*parts.database, parts.kinds, parts.is_demo};
  auto catalog = compile_packs(ground, snapshot, problems);
  if (!catalog) return fail(ErrorType::validation, "the packs have problems");
  std::vector<ProviderFactory> providers(1);
  if (with_provider) {
    auto made = make_providers(parts, snapshot);
    if (!made) return made.error();
    providers = std::move(*made);
  }
  const auto live = parts.metrics.gauge(
      "registry_versions_live", "Versions of the packs that sessions, old or new, still use.");
  return std::make_unique<Edition>(std::move(catalog), std::move(providers), live);
}

/// Of calls that may not come back any more, and whose end we were not there for.
Result<void> forget_words(Parts& parts, storage::sqlite::Connection& connection) {
  const auto& phone = parts.config.phone;
  if (phone.keep_transcripts) return {};
  const auto before_ms = epoch_ms(parts.time.wall_now()) - 1000 * phone.longest_s;
  const auto forgotten = storage::forget_old_words(connection, before_ms);
  if (!forgotten) return forgotten.error();
  for (const auto& call_sid : *forgotten) {
    storage::try_copy_to_pack(connection, call_sid, *parts.log);
  }
  return {};
}

/// Only by who serves: beside it a command may be running, and the other way round.
Result<void> recover(Parts& parts) {
  std::size_t unknown = 0, cut_short = 0;
  const auto done =
      parts.database->change_at_start([&](storage::sqlite::Connection& connection) -> Result<void> {
        const auto recovered = pipeline::recover_calls(connection, epoch_ms(parts.time.wall_now()));
        if (!recovered) return recovered.error();
        unknown = *recovered;
        const auto ended = storage::end_live_sessions(connection, epoch_ms(parts.time.wall_now()));
        if (!ended) return ended.error();
        cut_short = *ended;
        return forget_words(parts, connection);
      });
  if (cut_short > 0) parts.log->warn("sessions_cut_short", {{"sessions", cut_short}});
  if (unknown > 0) parts.log->warn("calls_unknown", {{"calls", unknown}});
  return done;
}

Result<void> load_enablement(Parts& parts) {
  return parts.database->change_at_start([&parts](storage::sqlite::Connection& connection)
                                             -> Result<void> {
    const auto rows = storage::list_enablement(connection);
    if (!rows) return rows.error();
    for (const auto& row : *rows) {
      parts.enablement.set(row.tenant_id, {row.disabled.begin(), row.disabled.end()}, row.revision);
    }
    return {};
  });
}

registry::Styles styles_of(const config::Config& config) {
  registry::Styles styles;
  for (const auto& [pack, options] : config.packs_options) {
    if (!options.style.empty()) styles[pack] = options.style;
  }
  return styles;
}

Result<void> load_editions(Parts& parts, bool with_provider, bool reaches_backends) {
  KindGround ground{*parts.database,       parts.config,         *parts.log,    !reaches_backends,
                    parts.load_book.get(), parts.accounts.get(), &parts.metrics};
  if (reaches_backends) {
    auto embeddings = make_embeddings(parts.config);
    if (!embeddings) return embeddings.error();
    ground.embeddings = std::move(*embeddings);
  }
  parts.kinds = make_tool_kinds(ground);
  for (auto& kind : parts.kinds) {
    const bool is_own = kind->name() == "sql" || kind->name() == "builtin";
    if (!reaches_backends && !is_own) kind = make_dry(std::move(kind));
  }
  const auto& packs = parts.config.packs;
  registry::RegistryOptions registry{.folders = {packs.begin(), packs.end()},
                                     .providers = exports_needed(parts.config),
                                     .styles = styles_of(parts.config),
                                     .is_locked = parts.config.registry_lock,
                                     .accept = {}};
  auto build = [&parts, with_provider](const auto& snapshot, Problems& problems) {
    return build_edition(parts, snapshot, with_provider, problems);
  };
  auto made = Editions::make({std::move(registry), std::move(build), *parts.log, parts.metrics});
  if (!made) return made.error();
  parts.editions = std::move(*made);
  return {};
}

}  // namespace

Parts::~Parts() {
  if (load_book) load_book->close();
  // A write that nobody waits for any more still holds its record, and by that an edition.
  for (const auto& kind : kinds) kind->stop();
}

std::vector<policy::Gate*> Parts::gate_list() const {
  std::vector<policy::Gate*> list;
  for (const auto& gate : gates) list.push_back(gate.get());
  return list;
}

pipeline::ExecutorParts Parts::executor_parts() {
  pipeline::ExecutorParts made{time, gate_list(), *audit, {}, ledger.get(), cache.get()};
  auto& limits = made.limits;
  constexpr std::array<std::string_view, registry::kLimitSets> kSets{"voice", "text", "mcp",
                                                                     "phone"};
  for (std::size_t i = 0; i < kSets.size(); ++i) {
    const auto& configured = config.limits_for(kSets[i]);
    auto& one = limits.channels[i];
    one.max_result_bytes = static_cast<std::size_t>(configured.result_bytes);
    one.tool_time = std::chrono::milliseconds(configured.tool_ms);
  }
  return made;
}

Result<std::unique_ptr<Parts>> make_parts(PartsOptions options) {
  auto parts = std::make_unique<Parts>();
  parts->config = std::move(options.config);
  parts->is_demo = options.is_demo;
  const auto& config = parts->config;
  if (options.with_provider) {
    // Before databases and packs, whose own complaints would hide the reason.
    const auto has_room = check_open_files(1);
    if (!has_room) return has_room.error();
  }

  telemetry::LogOptions log;
  log.level = config.log.level == "debug"   ? telemetry::LogLevel::debug
              : config.log.level == "warn"  ? telemetry::LogLevel::warn
              : config.log.level == "error" ? telemetry::LogLevel::error
              : config.log.level == "off"   ? telemetry::LogLevel::off
                                            : telemetry::LogLevel::info;
  log.format =
      config.log.format == "text" ? telemetry::LogFormat::text : telemetry::LogFormat::json;
  log.file = config.log.file;
  auto made_log = telemetry::make_log(parts->time, log);
  if (!made_log) return made_log.error();
  parts->log = std::move(*made_log);

  parts->queue_budget =
      std::make_shared<net::QueueBudget>(static_cast<std::size_t>(config.queued_bytes));

  std::error_code ec;
  std::filesystem::create_directories(config.data, ec);
  if (ec) {
    return fail(ErrorType::permanent,
                "data: the folder " + config.data + " cannot be made: " + ec.message());
  }
  auto database = storage::Database::open({.path = config.database_or_default()});
  if (!database) return database.error();
  parts->database = std::move(*database);
  parts->load_book = std::make_unique<session::LoadBook>(*parts->database, parts->board);

  if (options.with_provider) {
    const auto recovered = recover(*parts);
    if (!recovered) return recovered.error();
    parts->database->disk().start(*parts->log);
  }
  for (const auto& [name, provider] : config.providers) {
    parts->breakers[name] = std::make_shared<session::ProviderBreaker>();
  }
  // A command that only looks at tools has no use for them, and may lack the key.
  if (options.with_provider) {
    auto accounts = make_account_book(*parts);
    if (!accounts) return accounts.error();
    parts->accounts = std::move(*accounts);
    parts->user_watch =
        std::make_unique<UserWatch>(*parts->database, parts->time, *parts->load_book, *parts->log);
    if (parts->accounts) {
      parts->user_watch->mind_accounts();
      parts->accounts->set_watcher(parts->user_watch.get());
      parts->sign_ins = std::make_unique<tool::account::SignIns>(*parts->accounts);
    }
  }
  const auto enablement = load_enablement(*parts);
  if (!enablement) return enablement.error();
  const auto loaded = load_editions(*parts, options.with_provider, options.reaches_backends);
  if (!loaded) return loaded.error();
  parts->proposals =
      std::make_unique<pipeline::Proposals>(*parts->database, parts->time, parts->random);
  parts->confirmations = std::make_unique<pipeline::Confirmations>(*parts->database, parts->time,
                                                                   parts->random, parts->board);
  auto sessions = session::SessionStore::open(*parts->database, *parts->log);
  if (!sessions) return sessions.error();
  parts->sessions = std::move(*sessions);
  auto call_log = storage::CallLog::open(*parts->database, *parts->log);
  if (!call_log) return call_log.error();
  parts->call_log = std::move(*call_log);
  if (options.with_provider && config.phone.score_calls) {
    parts->call_scores =
        std::make_unique<CallScores>(*parts->call_log, *parts->log, parts->metrics);
  }
  parts->load_book->keep_records(parts->sessions.get());
  parts->cache = std::make_unique<pipeline::ResultCache>(parts->time);
  parts->ledger = std::make_unique<pipeline::Ledger>(*parts->database, parts->time);
  parts->gates = make_gates(*parts);

  auto audit = pipeline::AuditStore::open(parts->database->options().path, *parts->log,
                                          config.audit.sync == "always", &parts->database->disk());
  if (!audit) return audit.error();
  parts->audit_store = std::move(*audit);
  parts->audit = std::make_unique<CountingAudit>(parts->metrics, *parts->log, *parts->audit_store);

  auto keys = api::auth::load_auth_keys(config.auth);
  if (!keys) return keys.error();
  parts->secrets = std::make_unique<api::auth::ClientSecretStore>(parts->time, parts->random);
  parts->authenticator =
      std::make_unique<api::auth::Authenticator>(std::move(*keys), *parts->secrets, parts->time);
  parts->origins =
      std::make_unique<api::auth::OriginPolicy>(config.auth.allowed_origins, parts->is_demo);
  return parts;
}

}  // namespace callosum::app
