#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>

#include "api/auth/authenticator.hpp"
#include "api/resource.hpp"
#include "async/time_source.hpp"
#include "base/random.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

namespace json = boost::json;

/// A credential made by the provider.
struct ProviderCredential {
  std::string value;
  std::int64_t expires_at_s = 0;
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

struct RealtimeTokenWish {
  std::string tenant;  ///< uuid or slug; empty: the only one
  std::string pack;    ///< empty: all
};
/// VALIDATION: no such pack; NOT_LOADED: switched off; FORBIDDEN as ever.
using PlanRealtimeToken = std::function<boost::asio::awaitable<Result<RealtimeTokenPlan>>(
    auth::Principal principal, RealtimeTokenWish wish)>;

/// `GET /api/ai/realtime-token?tenant_id=&pack=&transport=webrtc|gateway`: a short-lived credential
/// for one voice session, as `{value, expires_at, transport, session, tools_unavailable}`.
/// `gateway` (where none is named): of our own socket, whose client sees no tool calls. `webrtc`:
/// made by the provider, its client runs calls at /api/ai/realtime-tools/execute.
class RealtimeTokenResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    auth::ClientSecretStore& secrets;
    PlanRealtimeToken plan;
    async::TimeSource& time;
    Random& random;
    telemetry::Log& log;
  };
  explicit RealtimeTokenResource(Parts parts) : parts_(std::move(parts)) {}
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/ai/realtime-token"; }
  bool answers_head() const override { return false; }  // it mints
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  Result<ProviderCredential> mint_here(const RealtimeTokenPlan& plan, std::chrono::seconds life);
  boost::asio::awaitable<Result<ProviderCredential>> mint_there(const RealtimeTokenPlan& plan,
                                                                std::chrono::seconds life);
  net::HttpResponse refuse(const Error& error);

  const Parts parts_;
};

}  // namespace callosum::api
