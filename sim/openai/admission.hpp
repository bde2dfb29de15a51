#pragma once

#include <map>
#include <string>

#include "net/http.hpp"
#include "sim/openai/connection.hpp"

namespace callosum::sim::openai {

/// Who may come in: the API key and the short-lived secrets made with it.
class Door {
 public:
  /// `key` empty: any key will do, but one there must be.
  Door(World& world, std::string key) : world_(world), key_(std::move(key)) {}

  Admission admit(const net::HttpRequest& request);
  /// Whether a REST request carries the key itself.
  bool has_key(const net::HttpRequest& request) const;
  /// POST /v1/realtime/client_secrets.
  net::HttpResponse make_secret(const net::HttpRequest& request);

 private:
  struct Issued {
    WallTime expires;
    json::object session;
  };

  bool is_valid(const std::string& credential) const;
  void admit_kind(const net::HttpRequest& request, Admission& admission) const;

  World& world_;
  std::string key_;
  std::map<std::string, Issued> secrets_;
};

net::HttpResponse error_response(int status, const WireError& error);

}  // namespace callosum::sim::openai
