#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/secret.hpp"

namespace callosum::config {

/// Where to listen. `host` is an address (v6 without brackets) or "localhost".
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;  ///< 0: any free one
  bool is_loopback() const;
  /// What to bind: "127.0.0.1" for localhost, whatever the machine's own names say.
  std::string ip() const { return host == "localhost" ? "127.0.0.1" : host; }
  bool operator==(const ListenAddress&) const = default;
};
/// "127.0.0.1:8080", "[::1]:8080", "localhost:0". VALIDATION says what was expected.
Result<ListenAddress> parse_listen_address(std::string_view text);
std::string to_string(const ListenAddress& address);

struct TlsFiles {
  std::string cert;
  std::string key;
};

/// One voice provider, or the chat server of the offline one. The keys come from the environment.
struct ProviderConfig {
  std::string kind;  ///< the adapter; empty: the provider's name
  std::string url;
  std::string key_env;
  std::string model;
  std::vector<std::string> models;  ///< what a client's ?model= may choose
  std::string voice;
  std::string transcription_model;
  std::string ca_file;
  std::string brain_url;  ///< OpenAI-compatible chat server; empty: the phrase matcher
  std::string brain_model;
  std::string brain_key_env;
  /// In `speech`: where our own ears hear, and, of a cascade, what speaks.
  std::string ears = "offline";
  std::string mouth;                       ///< empty: offline, of a cascade
  bool brain_ahead = true;                 ///< plan while the caller seems to have ended
  std::int64_t interrupt_after_ms = 0;     ///< a sound over a reply, of which no words are known
  std::int64_t brain_patience_ms = 8'000;  ///< of its chat server's silence
  std::string brain_tools = "native";      ///< how the chat model is told of tools: native, inline
  std::string tool_changes;                ///< reconnect, carry; empty: as fits the provider
  std::int64_t session_s = 0;              ///< of a connection; 0: what is known of the vendor
  std::int64_t silence_ms = 30'000;        ///< in the middle of a response; 0: any
  Secret key;        ///< value of `key_env`; empty where the environment has none
  Secret brain_key;  ///< value of `brain_key_env`
};

/// A service that turns speech into text, or text into speech, or both.
struct SpeechConfig {
  std::string kind;  ///< its protocol; empty: the one of its name
  std::string url;   ///< its base: wss://api.deepgram.com
  std::string key_env;
  std::string model;  ///< that hears, or that speaks where the voice is a thing of its own
  std::string voice;
  std::string language;
  std::vector<std::string> keyterms;  ///< words that ears shall know
  std::int64_t turn_ms = 0;           ///< of silence, after which a turn has ended; 0: the usual
  std::string ca_file;
  Secret key;  ///< value of `key_env`
};

/// A server that tells texts alike in meaning. Without a URL there is none.
struct EmbeddingsConfig {
  std::string url;  ///< its base: http://127.0.0.1:11434/v1
  std::string key_env;
  std::string model;
  std::int64_t least_similarity_percent = 40;  ///< below it a text is not found by meaning alone
  std::string ca_file;
  Secret key;  ///< value of `key_env`
};

struct JwtConfig {
  std::string algorithm;  ///< HS256, RS256, ES256; empty: no JWT is accepted
  Secret key;             ///< HS256 only: given here or through `key_env`
  std::string key_env;
  std::string key_file;  ///< PEM public key (RS256, ES256) or the bytes of a HS256 key
  std::string issuer;
  std::string audience;
};

/// A long-lived key of a service. Only its SHA-256 is kept.
struct ApiKeyConfig {
  std::string key_env;
  std::string hash;  ///< 64 hex digits; filled from the environment where `key_env` is given
  std::string subject;
  std::vector<std::string> tenants;
  std::vector<std::string> roles;
};

struct AuthConfig {
  JwtConfig jwt;
  std::vector<ApiKeyConfig> api_keys;
  std::vector<std::string> allowed_origins;
};

/// A backend that tools may call.
struct EgressRule {
  std::string url;          ///< scheme://host[:port], nothing behind it
  bool is_private = false;  ///< may resolve to loopback and private addresses
  std::string at;           ///< what is connected to in its place; empty: the url itself
};

struct EgressConfig {
  std::vector<EgressRule> allow;  ///< nothing else is connected to
  std::string ca_file;
};

/// A credential that tools name and never see.
struct SecretConfig {
  std::string env;
  std::string file;
  Secret value;
};

/// A service whose accounts callers may connect (OAuth 2.0). Without a client id nobody can.
struct AccountServiceConfig {
  std::string client_id;
  std::string client_secret_env;
  Secret client_secret;  ///< value of `client_secret_env`
  std::string auth_url;
  std::string token_url;
  std::string revoke_url;
  std::string issuer;
  std::string redirect_url;  ///< empty: this machine's, where `listen` is loopback
  std::string ca_file;
  std::vector<std::string> scopes;
};

/// What is kept of connected accounts is sealed with a key of 32 bytes; an old one only opens.
struct AccountsConfig {
  std::string key_env;
  std::string key_file;
  Secret key;  ///< of either
  std::string old_key_env;
  std::string old_key_file;
  Secret old_key;
  AccountServiceConfig google = default_google();

  static AccountServiceConfig default_google();
};

/// What a pack leaves to whoever runs it.
struct PackConfig {
  std::string style;  ///< of its tools; empty: the pack's usual one
};

/// What one turn of a conversation may spend. 0 lifts a cap, except that of the result.
struct ChannelLimits {
  std::int64_t retrieval_calls = 0;
  std::int64_t calls = 0;
  std::int64_t tool_ms = 0;
  std::int64_t turn_ms = 0;
  std::int64_t result_bytes = 16 * 1024;
  std::int64_t follow_ups = 8;
  std::int64_t turn_bytes = 0;
  std::int64_t session_calls = 0;
  std::int64_t session_tool_ms = 0;
  std::int64_t session_bytes = 0;
};

/// How much of calls one business and one caller may have; 0: any. A minute that has begun is one.
struct PhoneCaps {
  std::int64_t caller_calls_per_hour = 60;
  std::int64_t minutes_per_hour = 0;  ///< of one business
  std::int64_t minutes_per_day = 0;
  std::int64_t cost_per_minute = 0;  ///< in the smallest unit of one's money
  std::int64_t cost_per_day = 0;
};

/// Calls from the telephone network. Without a public URL there are none.
struct PhoneConfig {
  std::string public_url;  ///< "https://voice.example": how the carrier reaches us; no slash behind
  std::string account;     ///< the only one whose calls are taken; empty: any that is signed
  std::string auth_token_env;
  Secret auth_token;              ///< value of `auth_token_env`
  std::string telnyx_public_key;  ///< base64 of 32 bytes; empty: no calls of Telnyx
  std::string plivo_auth_token_env;
  Secret plivo_auth_token;  ///< value of `plivo_auth_token_env`
  std::vector<std::string> attested = {"TN-Validation-Passed-A"};
  std::string greeting = "Hello, how can I help you?";
  std::string greeting_back = "I am sorry, we were cut off. Please go on.";
  std::string hold_words = "One moment, please.";
  std::string greeting_not_taken =
      "I am sorry, nobody could take your call just now. Is there anything I can do?";
  std::int64_t silence_prompt_s = 10;  ///< of nobody speaking; 0: it is never asked about
  std::string silence_prompt = "Are you still there?";
  std::string silence_goodbye = "I cannot hear you, so I will hang up now. Goodbye.";
  std::int64_t longest_s = 3600;  ///< of a call with us
  bool keep_transcripts = true;   ///< beyond the end of a call
  bool score_calls = false;       ///< a chat model judges each once it is over
  PhoneCaps caps;
};

struct LogConfig {
  std::string level = "info";
  std::string format = "json";
  std::string file;
};

struct AuditConfig {
  std::string sync = "grouped";
};

/// Everything the process was told, with the defaults of DESIGN section 6 where it was told
/// nothing.
struct Config {
  ListenAddress listen{"127.0.0.1", 8080};
  ListenAddress admin_listen{"127.0.0.1", 8081};
  TlsFiles tls;
  std::string data = "callosum-data";
  std::string database;  ///< empty: callosum.db in `data`
  std::vector<std::string> packs;
  std::map<std::string, PackConfig> packs_options;
  std::string provider = "offline";
  std::vector<std::string> fallback;  ///< asked in this order where `provider` cannot be had
  std::map<std::string, ProviderConfig> providers = default_providers();
  std::map<std::string, SpeechConfig> speech = default_speech();
  EmbeddingsConfig embeddings;
  std::string reply_path = "native";  ///< brain, where `provider` is a cascade
  /// Of the tools that come and go with a mode, in a model's list at once; 0: any number.
  std::int64_t tool_tokens = 4'000;
  std::int64_t context_tokens = 8'000;  ///< what a model is told of a conversation at most
  AuthConfig auth;
  /// voice, phone, text, mcp: always these four.
  std::map<std::string, ChannelLimits> limits = default_limits();
  std::int64_t max_sessions = 0;  ///< 0: derived from the process's limit of descriptors
  /// 0: no cap; -1: a usual one, but none for loopback and private addresses.
  std::int64_t connections_per_address = -1;
  std::int64_t reads_per_minute = 6'000;  ///< of one tool and tenant
  std::int64_t writes_per_minute = 600;
  std::int64_t queued_bytes = 256 << 20;  ///< for slow readers, of all connections
  std::string after_untrusted = "turn";   ///< see policy::AfterUntrusted
  AuditConfig audit;
  EgressConfig egress;
  std::map<std::string, SecretConfig> secrets;
  AccountsConfig accounts;
  bool registry_lock = true;
  PhoneConfig phone;
  LogConfig log;
  bool metrics = true;
  std::int64_t threads = 0;  ///< 0: one a processor

  /// Where each value that is no default came from: key -> "callosum.yaml:12", "--set".
  std::map<std::string, std::string> origins;

  /// Which adapter the provider of that name has.
  std::string kind_of_provider(const std::string& name) const;
  const ChannelLimits& limits_for(std::string_view channel) const;
  /// `database`, or the file in `data`.
  std::string database_or_default() const;

  static std::map<std::string, ProviderConfig> default_providers();
  static std::map<std::string, SpeechConfig> default_speech();
  static std::map<std::string, ChannelLimits> default_limits();
};

}  // namespace callosum::config
