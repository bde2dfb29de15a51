#pragma once

#include <boost/json/array.hpp>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "api/auth/authenticator.hpp"
#include "api/resource.hpp"
#include "base/random.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

struct UpdateToolsWish {
  std::vector<std::string> ids;  ///< of the session, or its provider's; all of the same one
  std::optional<std::string> mode;
  std::optional<std::vector<std::string>> only;
};

/// What a session has loaded after a change.
struct UpdatedTools {
  std::string session_id, mode, account;
  std::uint64_t epoch = 0;
  boost::json::array active_tools;  ///< names
  boost::json::array tools;         ///< as OpenAI Realtime takes them
};
/// SESSION_INACTIVE, in one wording, for what is not theirs; else as the mode is refused.
using UpdateTools = std::function<boost::asio::awaitable<Result<UpdatedTools>>(
    auth::Principal principal, UpdateToolsWish wish)>;

/// `POST /api/realtime/update-tools` with `{session_id | openai_session_id, mode? |
/// active_tools?}`: another mode, or fewer of its tools; never more than the gates would load. A
/// conversation that is going on has them at once. Answers `{status: "success", data: {session_id,
/// mode, account, epoch, active_tools, tools}}`.
class UpdateToolsResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    UpdateTools update;
    Random& random;
    telemetry::Log& log;
  };
  explicit UpdateToolsResource(Parts parts) : parts_(std::move(parts)) {}
  std::string_view method() const override { return "POST"; }
  std::string_view path() const override { return "/api/realtime/update-tools"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const Parts parts_;
};

}  // namespace callosum::api
