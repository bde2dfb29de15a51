#pragma once

#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "api/auth/authenticator.hpp"
#include "api/plan_call.hpp"
#include "api/resource.hpp"
#include "base/random.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

/// `POST /api/ai/realtime-tools/execute` (DESIGN section 7): a call that a provider's model planned
/// in a browser, run here. Body: `{tenant_id, tool_name, tool_args?, session_id?, call_id?}`; the
/// answer is `{status: "success", data: <envelope>}` whatever the tool says of itself. It stands
/// alone: a realtime session's rules, a budget for each principal and tenant and ten seconds (on
/// each thread), and writes only as proposals.
class RealtimeToolsResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    PlanCall plan;
    pipeline::Executor& executor;
    const Clock& clock;
    Random& random;
    telemetry::Log& log;
  };
  explicit RealtimeToolsResource(Parts parts) : parts_(std::move(parts)) {}
  std::string_view method() const override { return "POST"; }
  std::string_view path() const override { return "/api/ai/realtime-tools/execute"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  static constexpr std::size_t kMaxWindows = 4096;  // the least recently used goes

  struct Window {
    std::string whose;
    std::uint64_t number = 0;
    std::shared_ptr<policy::SessionCalls> calls;
  };
  /// What this principal has spent of this tenant's in the running window.
  std::shared_ptr<policy::SessionCalls> window_of(const std::string& whose, std::uint64_t number);
  /// The planned call under the rules of a live session.
  void stand_alone(pipeline::CallRequest& request);
  net::HttpResponse answer(const registry::Envelope& envelope);

  Parts parts_;
  std::list<Window> windows_;  // the latest used first
  std::unordered_map<std::string_view, std::list<Window>::iterator> by_whose_;
};

}  // namespace callosum::api
