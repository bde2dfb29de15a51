#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <functional>
#include <string>

#include "api/auth/authenticator.hpp"
#include "api/auth/client_secret_store.hpp"
#include "api/resource.hpp"
#include "async/time_source.hpp"
#include "base/random.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

namespace json = boost::json;

/// A credential made by the provider, or by us.
struct ProviderCredential {
  std::string value;
  std::int64_t expires_at_s = 0;
  std::string session_id;  ///< the provider's own of the session, where it has said it
};

/// What a voice session of this principal at this tenant is made of.
struct RealtimeTokenPlan {
  auth::Principal owner;  ///< narrowed to the tenant, and to the pack where one was named
  json::object session;   ///< type, model, instructions, audio, tools, tool_choice
  bool tools_unavailable = false;
  /// Body of the provider's own route in, credential out; empty: this provider has none.
  std::function<boost::asio::awaitable<Result<ProviderCredential>>(std::string body,
                                                                   async::Deadline deadline)>
      mint;
};

/// Makes the credentials that open voice sessions. References outlive it.
struct CredentialMint {
  auth::ClientSecretStore& secrets;
  async::TimeSource& time;
  Random& random;
  telemetry::Log& log;

  /// How long one may live: never longer than what it was asked for with.
  std::chrono::seconds life_for(const auth::Principal& principal) const;
  /// `is_direct`: by the provider, for a client that talks to it itself. VALIDATION where this
  /// provider makes none.
  boost::asio::awaitable<Result<ProviderCredential>> make(const RealtimeTokenPlan& plan,
                                                          bool is_direct,
                                                          std::chrono::seconds life) const;
  net::HttpResponse refuse(const Error& error) const;
};

}  // namespace callosum::api
