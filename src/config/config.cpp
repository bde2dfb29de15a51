#include "config/config.hpp"

#include <arpa/inet.h>
#include <charconv>

namespace callosum::config {
namespace {

bool is_address(const std::string& host, int family) {
  unsigned char bytes[16];
  return ::inet_pton(family, host.c_str(), bytes) == 1;
}

Error bad_address() {
  return fail(ErrorType::validation,
              "expected ADDRESS:PORT, such as 127.0.0.1:8080, [::1]:8080 or localhost:0");
}

}  // namespace

bool ListenAddress::is_loopback() const {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

Result<ListenAddress> parse_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return bad_address();
  const std::string_view digits = text.substr(colon + 1);
  std::string_view host = text.substr(0, colon);

  ListenAddress out;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), out.port);
  if (read.ec != std::errc() || read.ptr != digits.data() + digits.size()) return bad_address();

  const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  if (bracketed) host = host.substr(1, host.size() - 2);
  out.host = host;
  const bool known = bracketed ? is_address(out.host, AF_INET6)
                               : out.host == "localhost" || is_address(out.host, AF_INET);
  if (!known || out.host.find('\0') != std::string::npos) return bad_address();
  return out;
}

std::string to_string(const ListenAddress& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return (v6 ? "[" + address.host + "]" : address.host) + ":" + std::to_string(address.port);
}

std::string Config::kind_of_provider(const std::string& name) const {
  const auto found = providers.find(name);
  return found == providers.end() || found->second.kind.empty() ? name : found->second.kind;
}

const ChannelLimits& Config::limits_for(std::string_view channel) const {
  const auto found = limits.find(std::string(channel));
  // A channel without a row of its own gets the strictest.
  return found == limits.end() ? limits.at("phone") : found->second;
}

std::string Config::database_or_default() const {
  return database.empty() ? data + "/callosum.db" : database;
}

std::map<std::string, ProviderConfig> Config::default_providers() {
  ProviderConfig openai;
  openai.url = "wss://api.openai.com/v1/realtime";
  openai.key_env = "OPENAI_API_KEY";
  openai.model = "gpt-realtime-2.1";
  openai.voice = "marin";
  openai.transcription_model = "gpt-4o-mini-transcribe";
  ProviderConfig xai;
  xai.url = "wss://api.x.ai/v1/realtime";
  xai.key_env = "XAI_API_KEY";
  xai.model = "grok-voice-latest";
  xai.voice = "eve";
  xai.transcription_model = "grok-transcribe";
  ProviderConfig gemini;
  gemini.url =
      "wss://generativelanguage.googleapis.com/ws/"
      "google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";
  gemini.key_env = "GEMINI_API_KEY";
  gemini.model = "gemini-3.8-live";
  gemini.voice = "Kore";
  gemini.transcription_model = "gemini-3.8-live";  // the model writes down what it hears
  ProviderConfig offline;
  offline.voice = "slt";
  ProviderConfig cascade;
  return {{"openai", openai},
          {"xai", xai},
          {"gemini", gemini},
          {"offline", offline},
          {"cascade", cascade}};
}

std::map<std::string, SpeechConfig> Config::default_speech() {
  SpeechConfig deepgram;
  deepgram.url = "wss://api.deepgram.com";
  deepgram.key_env = "DEEPGRAM_API_KEY";
  deepgram.model = "flux-general-en";
  deepgram.voice = "aura-2-thalia-en";
  SpeechConfig elevenlabs;
  elevenlabs.url = "wss://api.elevenlabs.io";
  elevenlabs.key_env = "ELEVENLABS_API_KEY";
  elevenlabs.model = "eleven_flash_v2_5";
  SpeechConfig cartesia;
  cartesia.url = "wss://api.cartesia.ai";
  cartesia.key_env = "CARTESIA_API_KEY";
  cartesia.model = "sonic-3";
  SpeechConfig openai;
  openai.url = "https://api.openai.com/v1";
  openai.key_env = "OPENAI_API_KEY";
  openai.model = "gpt-4o-mini-tts";
  openai.voice = "alloy";
  SpeechConfig offline;
  offline.voice = "slt";
  return {{"deepgram", deepgram},
          {"elevenlabs", elevenlabs},
          {"cartesia", cartesia},
          {"openai", openai},
          {"offline", offline}};
}

AccountServiceConfig AccountsConfig::default_google() {
  AccountServiceConfig google;
  google.client_secret_env = "GOOGLE_CLIENT_SECRET";
  google.auth_url = "https://accounts.google.com/o/oauth2/v2/auth";
  google.token_url = "https://oauth2.googleapis.com/token";
  google.revoke_url = "https://oauth2.googleapis.com/revoke";
  google.issuer = "https://accounts.google.com";
  // Mail without what deletes it for good; events, and when somebody is busy.
  google.scopes = {"openid", "email", "https://www.googleapis.com/auth/gmail.modify",
                   "https://www.googleapis.com/auth/calendar.events",
                   "https://www.googleapis.com/auth/calendar.freebusy"};
  return google;
}

std::map<std::string, ChannelLimits> Config::default_limits() {
  // DESIGN section 6. A typed chat plans longer; an MCP client has no turns.
  return {{"voice", {2, 3, 0, 0, 16 * 1024, 8}},
          {"phone", {2, 2, 400, 1000, 16 * 1024, 8}},
          {"text", {8, 12, 0, 0, 64 * 1024, 16}},
          {"mcp", {0, 0, 0, 0, 256 * 1024, 0}}};
}

}  // namespace callosum::config
