#include "provider/gemini/address.hpp"

#include <algorithm>
#include <array>

namespace callosum::provider::gemini {
namespace {

constexpr std::string_view kPath =
    "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent";

std::string address_of(std::string_view url) {
  const auto scheme = url.find("://");
  const auto host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const auto query = std::min(url.find('?'), url.size());
  std::string out(url.substr(0, host));
  for (const char c : url.substr(host, query - host)) {
    if (c != '/' || !out.ends_with('/') || out.size() == host) out += c;
  }
  // A host, or a proxy's prefix: the service's own path is below it.
  if (out.find("/ws/", host) == std::string::npos) {
    while (out.ends_with('/')) out.pop_back();
    out += kPath;
  }
  return out + std::string(url.substr(query));
}

struct Row {
  std::string_view in_reason;
  ErrorType type;
  const char* message;
};
// Nobody publishes a list: these are the words that were seen.
constexpr std::array kRows{
    Row{"API key", ErrorType::auth, "the provider refused our key"},
    Row{"unregistered callers", ErrorType::auth, "the provider refused our key"},
    Row{"uth token", ErrorType::auth, "the provider refused our token"},
    Row{"phemeral tokens", ErrorType::auth, "the provider refused our token"},
    Row{"not found for API version", ErrorType::permanent,
        "the provider does not know the configured model"},
    Row{"Publisher Model", ErrorType::permanent, "the provider does not know the configured model"},
    // A session that is too long is begun anew in text.
    Row{"input token count", ErrorType::transient, "the provider's context is full"},
};

}  // namespace

net::WsConnectOptions address_options(const cloud::CloudOptions& options) {
  auto plain = options;
  const std::string key(options.key.reveal());
  plain.key = {};
  plain.model.clear();  // it stands in the setup
  plain.url = address_of(options.url);
  auto connect = cloud::connect_options(plain);
  // Pongs may be late by half a minute under load (§1.2).
  connect.limits.dead_after = std::chrono::seconds(90);
  if (key.empty()) return connect;
  const bool is_token = key.starts_with("auth_tokens/");
  const bool is_cloud = plain.url.find("google.cloud.aiplatform") != std::string::npos;
  if (is_token) {
    connect.headers.set("Authorization", "Token " + key);
  } else if (is_cloud) {
    connect.headers.set("Authorization", "Bearer " + key);
  } else {
    connect.headers.set("x-goog-api-key", key);
  }
  return connect;
}

Error explain_close(const net::CloseInfo& close) {
  const std::string detail = "close " + std::to_string(close.code) + " " + close.reason;
  for (const auto& row : kRows) {
    if (close.reason.find(row.in_reason) != std::string::npos) {
      return fail(row.type, row.message, detail);
    }
  }
  if (close.code == 1007) {
    return fail(ErrorType::permanent, "the provider refused what it was sent", detail);
  }
  return fail(ErrorType::transient, "the provider's connection ended", detail);
}

}  // namespace callosum::provider::gemini
