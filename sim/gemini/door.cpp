#include "sim/gemini/door.hpp"

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/text.hpp"

namespace callosum::sim::gemini {
namespace {

constexpr std::array<std::string_view, 3> kGeminiVersions{"v1", "v1beta", "v1alpha"};
constexpr std::array<std::string_view, 2> kVertexVersions{"v1", "v1beta1"};
constexpr std::string_view kGeminiService = "/ws/google.ai.generativelanguage.";
constexpr std::string_view kGeminiMethod = ".GenerativeService.BidiGenerateContent";
constexpr std::string_view kVertexService = "/ws/google.cloud.aiplatform.";
constexpr std::string_view kVertexMethod = ".LlmBidiService/BidiGenerateContent";
constexpr std::string_view kTokenPrefix = "auth_tokens/";

template <std::size_t N>
bool is_known(const std::array<std::string_view, N>& versions, std::string_view version) {
  return std::find(versions.begin(), versions.end(), version) != versions.end();
}

/// What stands between the service's name and the method's, where both are there.
std::optional<std::string> between(std::string_view path, std::string_view before,
                                   std::string_view behind) {
  const auto from = path.find(before);
  if (from == std::string_view::npos || !path.ends_with(behind)) return {};
  path = path.substr(from + before.size());
  if (path.size() <= behind.size()) return {};
  return std::string(path.substr(0, path.size() - behind.size()));
}

/// All the ways that clients say who they are; the first that is there.
std::string credential_of(const net::HttpRequest& request) {
  for (const char* name : {"key", "access_token"}) {
    auto value = request.query(name);
    if (!value.empty()) return value;
  }
  const auto key = request.headers.get("x-goog-api-key");
  if (!key.empty()) return std::string(key);
  const auto authorization = request.headers.get("Authorization");
  for (const std::string_view scheme : {"Token ", "Bearer "}) {
    if (authorization.starts_with(scheme))
      return std::string(trim(authorization.substr(scheme.size())));
  }
  return {};
}

Complaint refusal(std::string reason) {
  return {.counter = "refused_connections", .code = 1008, .reason = std::move(reason)};
}

}  // namespace

std::string collapse_slashes(std::string_view path) {
  std::string out;
  for (const char c : path) {
    if (c != '/' || !out.ends_with('/')) out += c;
  }
  return out;
}

std::optional<Place> find_place(std::string_view given) {
  const auto path = collapse_slashes(given);
  std::string_view rest = path;
  constexpr std::string_view kConstrained = "Constrained";
  Place place;
  place.is_constrained = rest.ends_with(kConstrained);
  if (place.is_constrained) rest.remove_suffix(kConstrained.size());
  if (const auto version = between(rest, kGeminiService, kGeminiMethod)) {
    if (!is_known(kGeminiVersions, *version)) return {};
    place.api = {Product::gemini, *version};
    return place;
  }
  const auto version = between(rest, kVertexService, kVertexMethod);
  if (!version || place.is_constrained || !is_known(kVertexVersions, *version)) return {};
  place.api = {Product::vertex, *version};
  return place;
}

std::string tokens_version(std::string_view given) {
  const auto path = collapse_slashes(given);
  constexpr std::string_view kTail = "/auth_tokens";
  if (!path.ends_with(kTail)) return {};
  const auto rest = std::string_view(path).substr(0, path.size() - kTail.size());
  const auto version = rest.substr(rest.rfind('/') + 1);
  return is_known(kGeminiVersions, version) ? std::string(version) : std::string();
}

bool Gate::is_key(std::string_view credential) const {
  return key_.empty() || equal_in_constant_time(credential, key_);
}

Admission Gate::admit(const net::HttpRequest& request, const Place& place) {
  Admission admission;
  admission.api = place.api;
  admission.refusal = check(credential_of(request), place, admission);
  return admission;
}

std::optional<Complaint> Gate::check(const std::string& credential, const Place& place,
                                     Admission& admission) const {
  if (credential.empty()) {
    return refusal(
        "Method doesn't allow unregistered callers (callers without established identity). Please "
        "use API Key or other form of API consumer identity to call this API.");
  }
  const bool is_token = credential.starts_with(kTokenPrefix);
  if (is_token != place.is_constrained) {
    return refusal(is_token ? "Ephemeral tokens are for BidiGenerateContentConstrained alone."
                            : "BidiGenerateContentConstrained needs an ephemeral token.");
  }
  if (!is_token) {
    if (is_key(credential)) return {};
    return refusal("API key not valid. Please pass a valid API key.");
  }
  const auto* token = world_.tokens.find(credential);
  if (!token) return refusal("Auth token not valid.");
  if (world_.tokens.is_expired(*token)) return refusal("Auth token has expired.");
  admission.token = credential;
  return {};
}

std::optional<Complaint> Gate::refuse_key(const net::HttpRequest& request) const {
  const auto credential = credential_of(request);
  if (!credential.empty() && is_key(credential)) return {};
  return refusal("API key not valid. Please pass a valid API key.");
}

}  // namespace callosum::sim::gemini
