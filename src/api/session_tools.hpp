#pragma once

#include "api/auth/authenticator.hpp"
#include "api/resource.hpp"
#include "api/session_desk.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

/// `POST /api/tools/{tool}`: one tool within a live session of the principal. The body holds the
/// arguments, flat, and beside them `session_id` or `openai_session_id`, which the tool never sees;
/// `Idempotency-Key` is the call's id, `X-Callosum-Epoch` the epoch that it was issued in;
/// the answer is `{status: "success", data: <envelope>}` whatever the tool says of itself.
class SessionToolsResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    SessionDesk& desk;
    Random& random;
    telemetry::Log& log;
  };
  explicit SessionToolsResource(const Parts& parts) : parts_(parts) {}
  std::string_view method() const override { return "POST"; }
  std::string_view path() const override { return "/api/tools/{tool}"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  Parts parts_;
};

}  // namespace callosum::api
