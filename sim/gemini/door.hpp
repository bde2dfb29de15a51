#pragma once

#include <optional>
#include <string>

#include "net/http.hpp"
#include "sim/gemini/dialogue.hpp"

namespace callosum::sim::gemini {

/// Where a WebSocket's path leads.
struct Place {
  Api api;
  bool is_constrained = false;  ///< for ephemeral tokens
};

/// A path with repeated slashes made one, as one official client needs it.
std::string collapse_slashes(std::string_view path);
/// …/ws/google.ai.generativelanguage.VERSION.GenerativeService.BidiGenerateContent[Constrained] or
/// …/ws/google.cloud.aiplatform.VERSION.LlmBidiService/BidiGenerateContent, behind any prefix.
std::optional<Place> find_place(std::string_view path);
/// The version of /VERSION/auth_tokens; empty: another path.
std::string tokens_version(std::string_view path);

/// Who may come in: the API key, and the tokens made with it.
class Gate {
 public:
  /// `key` empty: any key will do, but one there must be.
  Gate(World& world, std::string key) : world_(world), key_(std::move(key)) {}

  Admission admit(const net::HttpRequest& request, const Place& place);
  /// Whether a REST request carries the key.
  std::optional<Complaint> refuse_key(const net::HttpRequest& request) const;

 private:
  std::optional<Complaint> check(const std::string& credential, const Place& place,
                                 Admission& admission) const;
  bool is_key(std::string_view credential) const;

  World& world_;
  std::string key_;
};

}  // namespace callosum::sim::gemini
