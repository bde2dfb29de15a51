#pragma once

#include "api/auth/authenticator.hpp"
#include "api/plan_call.hpp"
#include "api/resource.hpp"
#include "api/session_desk.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

/// `POST /api/ai/realtime-tools/execute` (DESIGN section 7): a call that a provider's model planned
/// in a browser, run here. Body: `{tenant_id, tool_name, tool_args?, session_id?, call_id?,
/// epoch?}`, where the header `Idempotency-Key` may stand for `call_id`; the answer is `{status:
/// "success", data: <envelope>}` whatever the tool says of itself. With the id of a live session of
/// the principal's it is a call of that session. Without one it stands alone: a realtime session's
/// rules, a budget for each principal and tenant and ten seconds, and writes only as proposals.
class RealtimeToolsResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    PlanCall plan;
    SessionDesk& desk;
    Random& random;
    telemetry::Log& log;
  };
  explicit RealtimeToolsResource(Parts parts) : parts_(std::move(parts)) {}
  std::string_view method() const override { return "POST"; }
  std::string_view path() const override { return "/api/ai/realtime-tools/execute"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  Parts parts_;
};

}  // namespace callosum::api
