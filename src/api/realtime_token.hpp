#pragma once

#include <functional>
#include <string>

#include "api/credential_mint.hpp"

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
/// made by the provider, its client runs calls at /api/ai/realtime-tools/execute.
class RealtimeTokenResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    CredentialMint mint;
    PlanRealtimeToken plan;
  };
  explicit RealtimeTokenResource(Parts parts) : parts_(std::move(parts)) {}
  std::string_view method() const override { return "GET"; }
  std::string_view path() const override { return "/api/ai/realtime-token"; }
  bool answers_head() const override { return false; }  // it mints
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const Parts parts_;
};

}  // namespace callosum::api
