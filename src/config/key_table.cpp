#include "config/key_table.hpp"

#include <algorithm>
#include <array>
#include <set>

#include "base/text.hpp"
#include "config/embedding_keys.hpp"
#include "config/phone_keys.hpp"
#include "config/speech_keys.hpp"

namespace callosum::config {
namespace {

template <auto kA>
Slot at(Config& config, const std::string&) {
  return &(config.*kA);
}
template <auto kA, auto kB>
Slot at(Config& config, const std::string&) {
  return &((config.*kA).*kB);
}
template <auto kA, auto kB, auto kC>
Slot at(Config& config, const std::string&) {
  return &(((config.*kA).*kB).*kC);
}
template <auto kMember>
Slot provider_at(Config& config, const std::string& name) {
  return &(config.providers[name].*kMember);
}
template <auto kMember>
Slot secret_at(Config& config, const std::string& name) {
  return &(config.secrets[name].*kMember);
}
template <auto kMember>
Slot pack_at(Config& config, const std::string& name) {
  return &(config.packs_options[name].*kMember);
}
template <auto kMember>
Slot limit_at(Config& config, const std::string& channel) {
  return &(config.limits[channel].*kMember);
}

constexpr auto kJwt = &AuthConfig::jwt;
constexpr auto kAuth = &Config::auth;
constexpr auto kAccounts = &Config::accounts;
constexpr auto kGoogle = &AccountsConfig::google;
constexpr std::int64_t kDay_ms = 24 * 3600 * 1000;

std::vector<KeySpec> make_table() {
  return {
      {"listen", Kind::address, at<&Config::listen>,
       "Where callers connect. Port 0: any free one."},
      {"admin.listen", Kind::address, at<&Config::admin_listen>,
       "Where /api/admin, /metrics and the console listen. Keep it on loopback or a private net."},
      {"tls.cert", Kind::path, at<&Config::tls, &TlsFiles::cert>,
       "PEM certificate chain of the main listener. With `tls.key`; without both it speaks plain."},
      {"tls.key", Kind::path, at<&Config::tls, &TlsFiles::key>, "PEM private key of `tls.cert`."},
      {"data", Kind::path, at<&Config::data>, "Folder of what the gateway keeps."},
      {"database", Kind::database, at<&Config::database>,
       "SQLite file. Empty: callosum.db in `data`."},
      {"packs", Kind::paths, at<&Config::packs>,
       "Folders of packs. Empty: those that come with the program."},
      {"packs_options.NAME.style", Kind::name, pack_at<&PackConfig::style>,
       "Which of the pack's `styles` its tools are offered in. Empty: its first."},
      {"provider", Kind::name, at<&Config::provider>, "The provider that sessions talk to."},
      {"fallback", Kind::texts, at<&Config::fallback>,
       "Providers that take over, in this order, where `provider` cannot be had: at the start of a "
       "session and in the middle of it. Empty: the session ends."},
      {"providers.NAME.kind", Kind::name, provider_at<&ProviderConfig::kind>,
       "Which vendor's protocol it speaks. Empty: the one called NAME. cascade: no realtime "
       "provider at all, but `ears`, a chat server at `brain_url` and a `mouth` "
       "(docs/cascade.md)."},
      {"providers.NAME.url", Kind::url, provider_at<&ProviderConfig::url>, "Its endpoint."},
      {"providers.NAME.key_env", Kind::variable, provider_at<&ProviderConfig::key_env>,
       "Environment variable that holds its key."},
      {"providers.NAME.model", Kind::text, provider_at<&ProviderConfig::model>,
       "The model that sessions use."},
      {"providers.NAME.models", Kind::texts, provider_at<&ProviderConfig::models>,
       "Models that a client may choose with ?model=. Any other wish is recorded, not obeyed."},
      {"providers.NAME.voice", Kind::text, provider_at<&ProviderConfig::voice>,
       "Voice of the answers. offline: slt, rms, awb or kal16; alloy, marin and the like are "
       "spoken by "
       "one of these."},
      {"providers.NAME.transcription_model", Kind::text,
       provider_at<&ProviderConfig::transcription_model>,
       "What writes down what the caller says where a tool needs the words (a spoken yes, an "
       "identifier) and the client has asked for none."},
      {"providers.NAME.ca_file", Kind::path, provider_at<&ProviderConfig::ca_file>,
       "PEM authorities to trust instead of the system's."},
      {"providers.NAME.session_s",
       Kind::integer,
       provider_at<&ProviderConfig::session_s>,
       "How long the provider lets a connection last: a new one takes its place before, where "
       "nobody speaks. 0: what is known of the vendor.",
       {},
       0,
       kDay_ms / 1000},
      {"providers.NAME.silence_ms",
       Kind::integer,
       provider_at<&ProviderConfig::silence_ms>,
       "A response in which nothing is heard of the provider for so long is given up, and its "
       "connection with it. 0: never.",
       {},
       0,
       kDay_ms},
      {"providers.NAME.tool_changes",
       Kind::word,
       provider_at<&ProviderConfig::tool_changes>,
       "How tools come and go at a provider that takes no new list within a connection. reconnect: "
       "by another connection, between two turns; refused where the provider does take one. carry: "
       "the list stays, and one tool of it runs "
       "the others. Empty: what fits the provider.",
       {"", "reconnect", "carry"}},
      {"reply_path",
       Kind::word,
       at<&Config::reply_path>,
       "Who owns ears, brain and mouth of a session (docs/reply-paths.md). native: the provider. "
       "bridge: our ears, the provider's brain and mouth. brain: our ears, the chat server at "
       "`providers.NAME.brain_url`, the provider's mouth. A cascade is always on brain.",
       {"native", "bridge", "brain"}},
      {"consent.after_untrusted",
       Kind::word,
       at<&Config::after_untrusted>,
       "When text that strangers wrote (a tool's `untrusted`) asks for more consent to what goes "
       "outside: a spoken yes where there was none, a click or a second channel where a spoken yes "
       "was enough. turn: in the turn in which it was read. session: from then on. off: never.",
       {"turn", "session", "off"}},
      {"tools.tokens",
       Kind::integer,
       at<&Config::tool_tokens>,
       "How large a model's list of tools may be, about, where they come and go with a mode: "
       "beyond "
       "it those that were not used for longest are left out. 0: any size.",
       {},
       0,
       1'000'000},
      {"context.tokens",
       Kind::integer,
       at<&Config::context_tokens>,
       "What a model is told of a conversation at most, about, where it is told of it again or by "
       "messages. Beyond it the oldest and largest results are named, not repeated.",
       {},
       500,
       1'000'000},
      {"auth.jwt.algorithm",
       Kind::word,
       at<kAuth, kJwt, &JwtConfig::algorithm>,
       "The one algorithm that tokens may be signed with. Empty: no JWT is accepted.",
       {"", "HS256", "RS256", "ES256"}},
      {"auth.jwt.key", Kind::secret, at<kAuth, kJwt, &JwtConfig::key>,
       "HS256 key, at least 32 bytes. Better given through `key_env` or `key_file`."},
      {"auth.jwt.key_env", Kind::variable, at<kAuth, kJwt, &JwtConfig::key_env>,
       "Environment variable that holds the HS256 key."},
      {"auth.jwt.key_file", Kind::path, at<kAuth, kJwt, &JwtConfig::key_file>,
       "File with the PEM public key (RS256, ES256) or the HS256 key's bytes."},
      {"auth.jwt.issuer", Kind::text, at<kAuth, kJwt, &JwtConfig::issuer>,
       "What `iss` must be. Empty: not checked."},
      {"auth.jwt.audience", Kind::text, at<kAuth, kJwt, &JwtConfig::audience>,
       "What `aud` must be or hold. Empty: not checked."},
      {"auth.api_keys", Kind::api_keys, at<kAuth, &AuthConfig::api_keys>,
       "Keys of services: a list of {key_env or hash (SHA-256 in hex), subject, tenants, roles}."},
      {"auth.allowed_origins", Kind::origins, at<kAuth, &AuthConfig::allowed_origins>,
       "Web origins whose pages may connect: https://shop.example."},
      {"limits.CHANNEL.retrieval_calls",
       Kind::integer,
       limit_at<&ChannelLimits::retrieval_calls>,
       "Retrieval calls a turn. 0: no cap of their own.",
       {},
       0,
       1000},
      {"limits.CHANNEL.calls",
       Kind::integer,
       limit_at<&ChannelLimits::calls>,
       "Tool calls a turn in all. 0: no cap.",
       {},
       0,
       1000},
      {"limits.CHANNEL.tool_ms",
       Kind::integer,
       limit_at<&ChannelLimits::tool_ms>,
       "Hard deadline of one call where it is sooner than the tool's. 0: the tool's.",
       {},
       0,
       kDay_ms},
      {"limits.CHANNEL.turn_ms",
       Kind::integer,
       limit_at<&ChannelLimits::turn_ms>,
       "Time that the tools of one turn may take together. 0: no cap.",
       {},
       0,
       kDay_ms},
      {"limits.CHANNEL.result_bytes",
       Kind::integer,
       limit_at<&ChannelLimits::result_bytes>,
       "Largest result given to the model.",
       {},
       256,
       1 << 20},
      {"limits.CHANNEL.follow_ups",
       Kind::integer,
       limit_at<&ChannelLimits::follow_ups>,
       "Responses asked for by the gateway itself, with tools' results, since the user last asked "
       "for something. 0: no cap.",
       {},
       0,
       1000},
      {"limits.CHANNEL.turn_bytes",
       Kind::integer,
       limit_at<&ChannelLimits::turn_bytes>,
       "Results that one turn may read in all. 0: no cap.",
       {},
       0,
       1 << 30},
      {"limits.CHANNEL.session_calls",
       Kind::integer,
       limit_at<&ChannelLimits::session_calls>,
       "Tool calls of a whole session. 0: no cap.",
       {},
       0,
       1'000'000},
      {"limits.CHANNEL.session_tool_ms",
       Kind::integer,
       limit_at<&ChannelLimits::session_tool_ms>,
       "Time that the tools of a whole session may take together. 0: no cap.",
       {},
       0,
       kDay_ms},
      {"limits.CHANNEL.session_bytes",
       Kind::integer,
       limit_at<&ChannelLimits::session_bytes>,
       "Results that a whole session may read in all. 0: no cap.",
       {},
       0,
       1 << 30},
      {"limits.sessions",
       Kind::integer,
       at<&Config::max_sessions>,
       "Live sessions; beyond it 503. 0: derived from the limit of open files.",
       {},
       0,
       1'000'000},
      {"limits.connections_per_address",
       Kind::integer,
       at<&Config::connections_per_address>,
       "Connections from one address (IPv6: one /64); beyond it 429. 0: no cap. -1: 256, but no "
       "cap "
       "for loopback and private addresses, from where a proxy brings everybody.",
       {},
       -1,
       1'000'000},
      {"limits.reads_per_minute",
       Kind::integer,
       at<&Config::reads_per_minute>,
       "Calls of one reading tool by all callers of one business. 0: no cap.",
       {},
       0,
       1'000'000'000},
      {"limits.writes_per_minute",
       Kind::integer,
       at<&Config::writes_per_minute>,
       "The same for a tool that changes something.",
       {},
       0,
       1'000'000'000},
      {"limits.queued_bytes",
       Kind::integer,
       at<&Config::queued_bytes>,
       "What waits for slow readers, of all connections. Near it the slowest loses audio, and "
       "without audio its connection (1008).",
       {},
       1 << 20,
       std::int64_t{1} << 40},
      {"audit.sync",
       Kind::word,
       at<&Config::audit, &AuditConfig::sync>,
       "When records are on disk: reads in groups within 100 ms, or always before the answer.",
       {"grouped", "always"}},
      {"egress.allow", Kind::egress_rules, at<&Config::egress, &EgressConfig::allow>,
       "Backends that tools may call: a list of https://host[:port], or {url, private: true} where "
       "one may be at a private or loopback address, or {url, at} where something else stands in "
       "its place. Nothing else is connected to, but the services of connected accounts."},
      {"egress.ca_file", Kind::path, at<&Config::egress, &EgressConfig::ca_file>,
       "PEM authorities to trust at those backends instead of the system's."},
      {"secrets.NAME.env", Kind::variable, secret_at<&SecretConfig::env>,
       "Environment variable that holds the credential which manifests call {secret: NAME}."},
      {"secrets.NAME.file", Kind::path, secret_at<&SecretConfig::file>,
       "File that holds it instead, white space around it left out."},
      {"accounts.key_env", Kind::variable, at<kAccounts, &AccountsConfig::key_env>,
       "Environment variable that holds the key which the tokens of connected accounts are sealed "
       "with: 32 bytes as 64 hex digits or base64 (docs/accounts.md). Needed where accounts can be "
       "connected."},
      {"accounts.key_file", Kind::path, at<kAccounts, &AccountsConfig::key_file>,
       "File that holds it instead, white space around it left out."},
      {"accounts.old_key_env", Kind::variable, at<kAccounts, &AccountsConfig::old_key_env>,
       "Environment variable that holds the key before: it opens what is there and seals nothing."},
      {"accounts.old_key_file", Kind::path, at<kAccounts, &AccountsConfig::old_key_file>,
       "File that holds that one instead."},
      {"accounts.google.client_id", Kind::text,
       at<kAccounts, kGoogle, &AccountServiceConfig::client_id>,
       "The gateway's OAuth client at Google. Empty: no Google accounts can be connected."},
      {"accounts.google.client_secret_env", Kind::variable,
       at<kAccounts, kGoogle, &AccountServiceConfig::client_secret_env>,
       "Environment variable that holds that client's secret."},
      {"accounts.google.auth_url", Kind::url,
       at<kAccounts, kGoogle, &AccountServiceConfig::auth_url>,
       "Where people sign in. This and the three below: https, or http on this machine."},
      {"accounts.google.token_url", Kind::url,
       at<kAccounts, kGoogle, &AccountServiceConfig::token_url>, "Where tokens are given."},
      {"accounts.google.revoke_url", Kind::url,
       at<kAccounts, kGoogle, &AccountServiceConfig::revoke_url>, "Where they are taken back."},
      {"accounts.google.redirect_url", Kind::url,
       at<kAccounts, kGoogle, &AccountServiceConfig::redirect_url>,
       "Where the browser comes back to, as Google knows it: "
       "https://HOST/api/accounts/google/callback. Empty: this machine, where `listen` is "
       "loopback."},
      {"accounts.google.issuer", Kind::text, at<kAccounts, kGoogle, &AccountServiceConfig::issuer>,
       "Who its id tokens are from."},
      {"accounts.google.scopes", Kind::texts, at<kAccounts, kGoogle, &AccountServiceConfig::scopes>,
       "What people are asked to allow. openid and email are needed."},
      {"accounts.google.ca_file", Kind::path,
       at<kAccounts, kGoogle, &AccountServiceConfig::ca_file>,
       "PEM authorities to trust there instead of the system's."},
      {"registry.lock", Kind::flag, at<&Config::registry_lock>,
       "Packs stay as they were at the start. false: a reload makes a new version."},
      {"log.level",
       Kind::word,
       at<&Config::log, &LogConfig::level>,
       "Least level that is logged.",
       {"debug", "info", "warn", "error", "off"}},
      {"log.format",
       Kind::word,
       at<&Config::log, &LogConfig::format>,
       "json for machines, text for a terminal.",
       {"json", "text"}},
      {"log.file", Kind::path, at<&Config::log, &LogConfig::file>,
       "File to append to. Empty: standard error."},
      {"metrics", Kind::flag, at<&Config::metrics>, "Whether /metrics answers."},
      {"threads",
       Kind::integer,
       at<&Config::threads>,
       "Threads of sessions. 0: one a processor.",
       {},
       0,
       256},
  };
}

bool is_provider_name(std::string_view name) {
  const auto is_part = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= 40 && std::all_of(name.begin(), name.end(), is_part);
}

/// Also in capitals, as the variable that holds it may be called.
bool is_secret_name(std::string_view name) { return is_provider_name(to_lower_ascii(name)); }

/// The segment that stands for the row's placeholder, or nothing where the key is another one.
std::optional<std::string> match_pattern(std::string_view pattern, std::string_view key) {
  const auto want = split(pattern, '.');
  const auto have = split(key, '.');
  if (want.size() != have.size()) return std::nullopt;
  std::string name;
  for (std::size_t i = 0; i < want.size(); ++i) {
    const auto channels = channel_words();
    const bool is_name = want[i] == "NAME" && (want[0] == "secrets" ? is_secret_name(have[i])
                                                                    : is_provider_name(have[i]));
    const bool is_channel = want[i] == "CHANNEL" &&
                            std::find(channels.begin(), channels.end(), have[i]) != channels.end();
    if (is_name || is_channel) {
      name = have[i];
    } else if (want[i] != have[i]) {
      return std::nullopt;
    }
  }
  return name;
}

/// Every key that could have been meant: placeholders filled with the words there are, or with what
/// was written.
std::vector<std::string> possible_keys(std::string_view written) {
  const auto segments = split(written, '.');
  std::set<std::string> names{"openai", "xai", "gemini", "offline", "cascade"};
  std::set<std::string> services{"deepgram", "elevenlabs", "cartesia", "openai", "offline"};
  if (segments.size() == 3 && is_provider_name(segments[1])) {
    (segments[0] == "speech" ? services : names).emplace(segments[1]);
  }
  const std::string secret(segments.size() == 3 && is_secret_name(segments[1]) ? segments[1]
                                                                               : "NAME");
  std::vector<std::string> keys;
  for (const auto& spec : key_table()) {
    const auto fill = [&](std::string_view placeholder, std::string_view word) {
      std::string key(spec.path);
      keys.push_back(key.replace(key.find(placeholder), placeholder.size(), word));
    };
    if (spec.path.starts_with("secrets.") || spec.path.starts_with("packs_options.")) {
      fill("NAME", secret);
    } else if (spec.path.starts_with("speech.")) {
      for (const auto& name : services) fill("NAME", name);
    } else if (spec.path.find("NAME") != std::string_view::npos) {
      for (const auto& name : names) fill("NAME", name);
    } else if (spec.path.find("CHANNEL") != std::string_view::npos) {
      for (const auto channel : channel_words()) fill("CHANNEL", channel);
    } else {
      keys.emplace_back(spec.path);
    }
  }
  return keys;
}

}  // namespace

const std::vector<KeySpec>& key_table() {
  static const std::vector<KeySpec> kTable = [] {
    auto rows = make_table();
    const auto put_before = [&rows](std::string_view path, const std::vector<KeySpec>& more) {
      const auto at = std::find_if(rows.begin(), rows.end(),
                                   [path](const auto& row) { return row.path == path; });
      rows.insert(at, more.begin(), more.end());
    };
    put_before("reply_path", brain_keys());
    put_before("reply_path", speech_keys());
    put_before("reply_path", embedding_keys());
    put_before("log.level", phone_keys());
    return rows;
  }();
  return kTable;
}

std::span<const std::string_view> channel_words() {
  static constexpr std::array<std::string_view, 4> kWords{"voice", "phone", "text", "mcp"};
  return kWords;
}

KeyMatch match_key(std::string_view key) {
  for (const auto& spec : key_table()) {
    if (auto name = match_pattern(spec.path, key)) return {&spec, std::move(*name)};
  }
  return {};
}

bool is_section(std::string_view path) {
  const auto segments = split(path, '.').size();
  for (const auto& spec : key_table()) {
    const auto parts = split(spec.path, '.');
    if (parts.size() <= segments) continue;
    std::size_t bytes = segments - 1;
    for (std::size_t i = 0; i < segments; ++i) bytes += parts[i].size();
    if (match_pattern(spec.path.substr(0, bytes), path)) return true;
  }
  return false;
}

std::string hint_for(std::string_view key) {
  const auto keys = possible_keys(key);
  // Slips of the hand first, then the right word in the wrong section, or without its section.
  const std::vector<std::string_view> views(keys.begin(), keys.end());
  if (const auto near = find_nearest(key, views); !near.empty()) {
    return "; did you mean " + std::string(near) + "?";
  }
  const auto last = split(key, '.').back();
  for (const auto& candidate : keys) {
    if (candidate.size() > last.size() && candidate.ends_with("." + std::string(last))) {
      return "; did you mean " + candidate + "?";
    }
  }
  return "; docs/configuration.md lists the keys";
}

std::string_view describe(Kind kind) {
  constexpr std::array<std::string_view, 16> kNames{"text",
                                                    "word",
                                                    "name",
                                                    "whole number",
                                                    "true or false",
                                                    "ADDRESS:PORT",
                                                    "path",
                                                    "URL",
                                                    "path of a SQLite file",
                                                    "environment variable",
                                                    "secret",
                                                    "list of texts",
                                                    "list of paths",
                                                    "list of origins",
                                                    "list of API keys",
                                                    "list of backends"};
  return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace callosum::config
