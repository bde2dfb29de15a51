#pragma once

#include <map>
#include <optional>
#include <string>

#include "net/http.hpp"
#include "sim/realtime/checks.hpp"
#include "sim/realtime/world.hpp"
#include "sim/xai/dialogue.hpp"

namespace callosum::sim::xai {

/// Who may come in: the API key and the short-lived secrets made with it (protocol §2).
class Door {
 public:
  /// `key` empty: any key will do, but one there must be.
  Door(World& world, std::string key) : world_(world), key_(std::move(key)) {}

  /// The refusal that a handshake gets, before the upgrade.
  std::optional<net::HttpResponse> check(const net::HttpRequest& request) const;
  static Arrival arrival_of(const net::HttpRequest& request);
  /// POST /v1/realtime/client_secrets.
  net::HttpResponse make_secret(const net::HttpRequest& request);

 private:
  bool is_key(std::string_view credential) const;
  bool is_valid(const net::HttpRequest& request) const;
  bool is_fresh_secret(std::string_view credential) const;

  World& world_;
  std::string key_;
  std::map<std::string, WallTime, std::less<>> secrets_;  ///< until when
};

/// xAI's REST errors: `{code, error}`.
net::HttpResponse error_response(int status, const WireError& error);
/// The offered subprotocol that carries a secret; empty: none.
std::string secret_subprotocol(const net::HttpRequest& request);

}  // namespace callosum::sim::xai
