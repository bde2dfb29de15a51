#pragma once

#include <boost/json/object.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "registry/words.hpp"

namespace callosum::api::auth {

enum class CredentialKind : std::uint8_t { jwt, api_key, client_secret };
std::string_view to_string(CredentialKind kind);

/// Who sent a request, as their credential proved it. Nothing in it comes from the request's body
/// or address.
struct Principal {
  std::string subject;
  std::string email;
  std::vector<std::string> tenants;  ///< ids or slugs
  std::vector<std::string> roles;
  std::string pack;                          ///< the only one whose tools it may use; empty: all
  std::optional<registry::Channel> channel;  ///< the only one it may use; empty: any
  std::string phone;                         ///< E.164; empty: no number is known
  registry::Assurance assurance = registry::Assurance::none;
  std::optional<WallTime> expires_at;  ///< of the credential; empty: it does not expire
  CredentialKind kind = CredentialKind::jwt;
  /// The session that a client secret was minted with; null for other credentials.
  std::shared_ptr<const boost::json::object> session;
  std::string session_id;  ///< of the conversation that it was made for; empty: any

  bool is_member_of(std::string_view tenant) const;
  bool has_role(std::string_view role) const;
};

}  // namespace callosum::api::auth
