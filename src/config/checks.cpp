#include "config/checks.hpp"

#include <algorithm>
#include <fstream>
#include <set>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "config/private_file.hpp"

namespace callosum::config {
namespace {

/// A key in the environment that is shorter is a slip, not a key.
constexpr std::size_t kMinApiKeyBytes = 16;

constexpr std::size_t kMaxSecretBytes = 16 * 1024;

Secret read_secret_file(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::string text(kMaxSecretBytes + 2, '\0');  // more than allowed shows
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(stream.gcount(), 0)));
  return Secret(std::string(trim(text)));
}

bool is_one_line(const std::string& text) {
  return text.size() <= kMaxSecretBytes && std::none_of(text.begin(), text.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7f;
         });
}

/// Whether nobody on the way can read along.
bool is_private_way(std::string_view url) {
  if (url.starts_with("https://")) return true;
  constexpr std::string_view kPlain = "http://";
  if (!url.starts_with(kPlain)) return false;
  url = url.substr(kPlain.size());
  std::string authority(url.substr(0, url.find_first_of("/?")));
  const bool has_port = authority.rfind(':') != std::string::npos && !authority.ends_with(']');
  if (!has_port) authority += ":80";
  const auto address = parse_listen_address(authority);
  return address && address->is_loopback();
}

class Checker {
 public:
  Checker(const LoadRequest& request, LoadOutcome& outcome)
      : request_(request), outcome_(outcome), config_(outcome.config) {
    for (const auto& problem : outcome.problems) already_wrong_.insert(problem.key);
  }

  void run() {
    check_tls();
    fetch_provider_keys();
    latch_cascade();
    check_provider("provider", config_.provider);
    check_fallback();
    refuse_what_is_not_served();
    check_jwt();
    check_api_keys();
    fetch_secrets();
    fetch_account_keys();
    check_google();
    check_phone();
    check_embeddings();
    warn_of_what_is_odd();
  }

 private:
  void check_tls() {
    if (config_.tls.cert.empty() == config_.tls.key.empty()) return;
    const bool no_key = config_.tls.key.empty();
    refuse(no_key ? "tls.key" : "tls.cert",
           no_key ? "needed beside tls.cert" : "needed beside tls.key");
  }

  void fetch_provider_keys() {
    for (auto& [name, provider] : config_.providers) {
      const std::string prefix = "providers." + name + ".";
      provider.key = fetch(prefix + "key", provider.key_env);
      provider.brain_key = fetch(prefix + "brain_key", provider.brain_key_env);
    }
    for (auto& [name, service] : config_.speech) {
      service.key = fetch("speech." + name + ".key", service.key_env);
    }
  }

  /// Without a realtime provider there is one reply path.
  void latch_cascade() {
    if (config_.kind_of_provider(config_.provider) != "cascade") return;
    if (config_.reply_path != "brain" && config_.origins.contains("reply_path")) {
      refuse("reply_path", "a cascade plans with its chat server: leave it out, or say brain");
    }
    config_.reply_path = "brain";
  }

  /// One of `speech` that sessions use: what it needs is there.
  void check_speech(const std::string& key, const std::string& name) {
    const auto found = config_.speech.find(name);
    if (found == config_.speech.end()) {
      std::vector<std::string_view> known;
      for (const auto& entry : config_.speech) known.push_back(entry.first);
      const auto near = find_nearest(name, known);
      refuse(key, "no speech service is called " + name +
                      (near.empty() ? "; name it under speech"
                                    : "; did you mean " + std::string(near) + "?"));
      return;
    }
    const auto& service = found->second;
    const auto kind = service.kind.empty() ? name : service.kind;
    const std::string prefix = "speech." + name + ".";
    if (kind != "offline" && service.url.empty()) refuse(prefix + "url", "needed: where it is");
    const bool is_remote = service.url.starts_with("wss:") || service.url.starts_with("https:");
    if (is_remote && !service.key_env.empty() && service.key.empty()) {
      miss(prefix + "key_env",
           "the environment has no " + service.key_env + ", which holds the key of " + name);
    }
  }

  void check_cascade(const std::string& key, const std::string& name) {
    const auto& provider = config_.providers.at(name);
    if (config_.reply_path != "brain") {
      return refuse(key, name +
                             " is a cascade, which is on the reply path brain: say so in "
                             "reply_path");
    }
    const std::string prefix = "providers." + name + ".";
    check_speech(prefix + "mouth", provider.mouth.empty() ? "offline" : provider.mouth);
  }

  void check_provider(const std::string& key, const std::string& name) {
    const auto found = config_.providers.find(name);
    if (found == config_.providers.end()) {
      std::vector<std::string_view> known;
      for (const auto& entry : config_.providers) known.push_back(entry.first);
      const auto near = find_nearest(name, known);
      refuse(key,
             "no provider is called " + name +
                 (near.empty()
                      ? "; name it under providers, or use openai, xai, gemini, offline or cascade"
                      : "; did you mean " + std::string(near) + "?"));
      return;
    }
    const auto& provider = found->second;
    const std::string kind = config_.kind_of_provider(name);
    const std::string prefix = "providers." + name + ".";
    const bool is_cascade = kind == "cascade";
    if (is_cascade) check_cascade(key, name);
    if (!is_cascade && !provider.mouth.empty()) {
      refuse(prefix + "mouth", "only a cascade has one: this provider speaks itself");
    }
    if (config_.reply_path != "native") check_speech(prefix + "ears", provider.ears);
    if (kind != "offline" && !is_cascade && provider.url.empty())
      refuse(prefix + "url", "needed: where it is");
    const bool is_remote = provider.url.starts_with("wss:") || provider.url.starts_with("https:");
    if (is_remote && !provider.key_env.empty() && provider.key.empty()) {
      miss(prefix + "key_env",
           "the environment has no " + provider.key_env + ", which holds the key of " + name);
    }
  }

  void check_fallback() {
    std::set<std::string> named{config_.provider};
    for (std::size_t i = 0; i < config_.fallback.size(); ++i) {
      const auto& name = config_.fallback[i];
      const std::string key = "fallback[" + std::to_string(i) + "]";
      if (!named.insert(name).second) {
        refuse(key, name + " is named already; name each provider once, and `provider` not again");
        continue;
      }
      check_provider(key, name);
    }
  }

  /// Keys that are known, and values that this version cannot keep: silence would pass for consent.
  void refuse_what_is_not_served() {
    const auto provider = config_.providers.find(config_.provider);
    const bool is_cascade = config_.kind_of_provider(config_.provider) == "cascade";
    if (config_.reply_path == "brain" && !is_cascade && provider != config_.providers.end() &&
        provider->second.brain_url.empty()) {
      refuse("reply_path", "brain needs a chat server that plans: set providers." +
                               config_.provider + ".brain_url");
    }
  }

  void check_jwt() {
    auto& jwt = config_.auth.jwt;
    const int sources = !jwt.key.empty() + !jwt.key_env.empty() + !jwt.key_file.empty();
    if (jwt.algorithm.empty()) {
      if (sources > 0) refuse("auth.jwt.algorithm", "needed: HS256, RS256 or ES256");
      return;
    }
    if (sources != 1) {
      refuse("auth.jwt.key_file", sources == 0
                                      ? "needed: the key, as key_file, key_env or key of auth.jwt"
                                      : "only one of key_file, key_env and key may be given");
      return;
    }
    if (jwt.key_env.empty()) return;
    jwt.key = fetch("auth.jwt.key", jwt.key_env);
    if (jwt.key.empty()) miss("auth.jwt.key_env", "the environment has no " + jwt.key_env);
  }

  void check_api_keys() {
    std::set<std::string> hashes;
    for (std::size_t i = 0; i < config_.auth.api_keys.size(); ++i) {
      auto& key = config_.auth.api_keys[i];
      const std::string name = "auth.api_keys[" + std::to_string(i) + "]";
      if (key.subject.empty()) refuse(name + ".subject", "needed: who it is that holds the key");
      if (key.key_env.empty() == key.hash.empty()) {
        refuse(name, "expected key_env or hash, and only one of them");
        continue;
      }
      if (!key.key_env.empty() && !fetch_api_key(name, key)) continue;
      if (!hashes.insert(key.hash).second) refuse(name, "the same key as one before it");
    }
  }

  bool fetch_api_key(const std::string& name, ApiKeyConfig& key) {
    const Secret value = fetch(name + ".key", key.key_env);
    if (value.reveal().size() >= kMinApiKeyBytes) {
      key.hash = sha256_hex(value.reveal());
      return true;
    }
    if (value.empty()) {
      miss(name + ".key_env", "the environment has no " + key.key_env);
    } else {
      refuse(name + ".key_env", key.key_env + " is shorter than " +
                                    std::to_string(kMinApiKeyBytes) + " bytes: too easily guessed");
    }
    return false;
  }

  void fetch_secrets() {
    for (auto& [name, secret] : config_.secrets) {
      const std::string key = "secrets." + name;
      if (secret.env.empty() == secret.file.empty()) {
        refuse(key, "expected env or file, and only one of them");
        continue;
      }
      const bool is_env = !secret.env.empty();
      secret.value = is_env ? fetch(key, secret.env) : read_secret_file(secret.file);
      const auto& text = secret.value.reveal();
      const auto field = key + (is_env ? ".env" : ".file");
      if (text.empty()) {
        miss(field, is_env ? "the environment has no " + secret.env
                           : secret.file + " cannot be read, or is empty");
      } else if (!is_one_line(text)) {
        refuse(field, "expected one line of text of at most 16 KiB, without control characters");
      }
    }
  }

  void fetch_account_keys() {
    auto& accounts = config_.accounts;
    accounts.key = fetch_key("accounts.key", accounts.key_env, accounts.key_file);
    accounts.old_key = fetch_key("accounts.old_key", accounts.old_key_env, accounts.old_key_file);
    const bool is_named = !accounts.key_env.empty() || !accounts.key_file.empty();
    if (!accounts.google.client_id.empty() && !is_named) {
      refuse("accounts.key_file",
             "needed, or key_env: what is kept of connected accounts is sealed with it; make one "
             "with: openssl rand -hex 32");
    }
  }

  /// At `key`_env or `key`_file; empty where neither is given.
  Secret fetch_key(const std::string& key, const std::string& env, const std::string& file) {
    if (!env.empty() && !file.empty()) {
      refuse(key + "_file", "only one of " + key + "_env and " + key + "_file may be given");
      return {};
    }
    if (env.empty() && file.empty()) return {};
    if (env.empty()) return fetch_private(key + "_file", file);
    auto value = fetch(key, env);
    if (value.empty()) miss(key + "_env", "the environment has no " + env);
    return value;
  }

  Secret fetch_private(const std::string& key, const std::string& file) {
    const auto text = read_private_file(file);
    if (!text && text.error().type == ErrorType::forbidden) {
      refuse(key, text.error().message);
      return {};
    }
    Secret value(text ? std::string(trim(*text)) : std::string());
    if (value.empty()) miss(key, file + " cannot be read, or is empty");
    return value;
  }

  void check_google() {
    auto& google = config_.accounts.google;
    if (google.client_id.empty()) return;
    const std::string prefix = "accounts.google.";
    google.client_secret = fetch(prefix + "client_secret", google.client_secret_env);
    if (google.client_secret.empty()) {
      miss(prefix + "client_secret_env",
           google.client_secret_env.empty() ? "needed: the variable that holds the client's secret"
                                            : "the environment has no " + google.client_secret_env);
    }
    for (const auto& [name, url] :
         {std::pair{"auth_url", &google.auth_url}, std::pair{"token_url", &google.token_url},
          std::pair{"revoke_url", &google.revoke_url},
          std::pair{"redirect_url", &google.redirect_url}}) {
      const bool may_be_empty = url == &google.redirect_url && config_.listen.is_loopback();
      if ((url->empty() && may_be_empty) || is_private_way(*url)) continue;
      refuse(prefix + name, url->empty() ? "needed: where the browser comes back to, such as "
                                           "https://voice.example/api/accounts/google/callback"
                                         : "expected https: tokens go there; http is for this "
                                           "machine alone (127.0.0.1, [::1], localhost)");
    }
    const auto& scopes = google.scopes;
    for (const auto* needed : {"openid", "email"}) {
      if (std::find(scopes.begin(), scopes.end(), needed) != scopes.end()) continue;
      refuse(prefix + "scopes", std::string(needed) + " is needed: it says whose account it is");
    }
  }

  void check_phone() {
    auto& phone = config_.phone;
    const bool has_carrier = !phone.auth_token_env.empty() || !phone.telnyx_public_key.empty() ||
                             !phone.plivo_auth_token_env.empty();
    if (phone.public_url.empty() && !has_carrier) return;
    phone.auth_token = fetch_token("phone.twilio.auth_token", phone.auth_token_env);
    phone.plivo_auth_token = fetch_token("phone.plivo.auth_token", phone.plivo_auth_token_env);
    if (!has_carrier) {
      miss("phone.twilio.auth_token_env",
           "needed: the variable that holds the account's auth token; or phone.telnyx.public_key, "
           "or phone.plivo.auth_token_env");
    }
    constexpr std::size_t kKeyBytes = 32;
    std::vector<std::uint8_t> key;
    const bool is_key = phone.telnyx_public_key.empty() ||
                        (decode_base64(phone.telnyx_public_key, key) && key.size() == kKeyBytes);
    if (!is_key) refuse("phone.telnyx.public_key", "expected base64 of 32 bytes");
    const auto path = phone.public_url.find('/', phone.public_url.find("://") + 3);
    const bool is_bare = path == std::string::npos || path + 1 == phone.public_url.size();
    if (!is_private_way(phone.public_url) || !is_bare) {
      refuse("phone.public_url",
             "expected https://HOST[:PORT], as the carrier is told it; http is for this machine "
             "alone (127.0.0.1, [::1], localhost)");
    }
    if (phone.public_url.ends_with('/')) phone.public_url.pop_back();
    constexpr std::size_t kAccountChars = 34;
    if (!phone.account.empty() &&
        (phone.account.size() != kAccountChars || !phone.account.starts_with("AC"))) {
      refuse("phone.twilio.account", "expected AC and 32 hex digits");
    }
  }

  void check_embeddings() {
    auto& embeddings = config_.embeddings;
    embeddings.key = fetch("embeddings.key", embeddings.key_env);
    if (embeddings.url.empty()) return;
    if (embeddings.url.ends_with('/')) embeddings.url.pop_back();
    if (!embeddings.url.starts_with("http")) {
      refuse("embeddings.url", "expected http:// or https://");
    }
    if (embeddings.model.empty()) {
      refuse("embeddings.model", "needed beside embeddings.url: which model it shall use");
    }
    if (!embeddings.key_env.empty() && embeddings.key.empty()) {
      miss("embeddings.key_env", "the environment has no " + embeddings.key_env);
    }
  }

  void warn_of_what_is_odd() {
    if (config_.auth.jwt.algorithm.empty() && config_.auth.api_keys.empty()) {
      outcome_.warnings.push_back(
          {"", "auth", "nobody can connect: neither auth.jwt nor auth.api_keys is given"});
    }
    if (!config_.admin_listen.is_loopback()) {
      outcome_.warnings.push_back({origin_of("admin.listen"), "admin.listen",
                                   "open to the network; keep it on loopback or a private net"});
    }
    if (!config_.listen.is_loopback() && config_.tls.cert.empty()) {
      outcome_.warnings.push_back({origin_of("listen"), "listen",
                                   "plain text to the network unless something in front adds TLS"});
    }
  }

  /// As `fetch`; a variable that was named has to hold something.
  Secret fetch_token(const std::string& key, const std::string& variable) {
    auto token = fetch(key, variable);
    if (token.empty() && !variable.empty()) {
      miss(key + "_env", "the environment has no " + variable);
    }
    return token;
  }

  Secret fetch(const std::string& key, const std::string& variable) {
    if (variable.empty()) return {};
    auto value = request_.env(variable);
    if (!value || trim(*value).empty()) return {};
    config_.origins[key] = "environment " + variable;
    return Secret(std::string(trim(*value)));
  }

  std::string origin_of(const std::string& key) const {
    const auto found = config_.origins.find(key);
    return found == config_.origins.end() ? "" : found->second;
  }

  /// One problem a key: what is wrong in itself is not also judged beside others.
  void refuse(const std::string& key, std::string why) {
    if (already_wrong_.insert(key).second) {
      outcome_.problems.push_back({origin_of(key), key, std::move(why)});
    }
  }

  /// A secret that the configuration names is not here.
  void miss(const std::string& key, std::string why) {
    if (request_.needs_secrets) return refuse(key, std::move(why));
    outcome_.warnings.push_back({origin_of(key), key, std::move(why)});
  }

  const LoadRequest& request_;
  LoadOutcome& outcome_;
  Config& config_;
  std::set<std::string> already_wrong_;
};

}  // namespace

void complete_and_check(const LoadRequest& request, LoadOutcome& outcome) {
  Checker(request, outcome).run();
}

}  // namespace callosum::config
