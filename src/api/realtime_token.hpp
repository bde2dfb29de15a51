#pragma once

#include <functional>
#include <string>

#include "api/credential_mint.hpp"
#include "api/realtime_session.hpp"

namespace callosum::api {

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
/// made by the provider; the session has begun and is named by `session_id` and, where the provider
/// says it, `openai_session_id`, under either of which its client runs calls here.
class RealtimeTokenResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    CredentialMint mint;
    PlanRealtimeToken plan;
    PlanRealtimeSession begin;  ///< for clients that talk to the provider
    BegunSessions begun;
  };
  explicit RealtimeTokenResource(Parts parts) : parts_(std::move(parts)) {}
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/ai/realtime-token"; }
  bool answers_head() const override { return false; }  // it mints
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  boost::asio::awaitable<net::HttpResponse> make_direct(auth::Principal principal,
                                                        RealtimeTokenWish wish,
                                                        std::chrono::seconds life);
  const Parts parts_;
};

}  // namespace callosum::api
