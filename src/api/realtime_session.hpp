#pragma once

#include <functional>
#include <string>

#include "api/credential_mint.hpp"

namespace callosum::api {

struct RealtimeSessionWish {
  std::string tenant;      ///< uuid or slug; empty: the only one
  std::string pack;        ///< empty: all
  std::string account;     ///< of the user's connected ones, or a part of it; empty: none is chosen
  bool is_direct = false;  ///< the client talks to the provider itself
};

/// A session that has an id before anybody talks in it.
struct RealtimeSessionPlan {
  RealtimeTokenPlan token;
  std::string session_id, mode, account;
  std::uint64_t epoch = 0;  ///< of its tools; 0: they do not come and go
};
/// As for a credential, and VALIDATION or NOT_FOUND for an account that is not theirs.
using PlanRealtimeSession = std::function<boost::asio::awaitable<Result<RealtimeSessionPlan>>(
    auth::Principal principal, RealtimeSessionWish wish)>;

/// What becomes of a session once its credential has been asked for.
struct BegunSessions {
  /// The provider's own id of it; empty: it has not said one.
  std::function<void(const std::string& session_id, const std::string& provider_session_id)> name;
  /// No credential was made: it ends before anybody could use it.
  std::function<void(const std::string& session_id)> end;
};

/// Makes its credential, and names it by the id of whoever made that.
boost::asio::awaitable<Result<ProviderCredential>> mint_for_session(CredentialMint mint,
                                                                    BegunSessions begun,
                                                                    RealtimeSessionPlan plan,
                                                                    bool is_direct,
                                                                    std::chrono::seconds life);

/// `POST /api/realtime/session` with `{tenant_id, pack?, account?, transport?}`: a conversation and
/// the credential that opens it, `{session_id, openai_session_id, value, expires_at, transport,
/// session, mode, account, epoch}`. It begins with the tools that change its mode, where the pack
/// gates by mode.
class RealtimeSessionResource final : public Resource {
 public:
  struct Parts {
    const auth::Authenticator& authenticator;
    CredentialMint mint;
    PlanRealtimeSession plan;
    BegunSessions begun;
  };
  explicit RealtimeSessionResource(Parts parts) : parts_(std::move(parts)) {}
  std::string_view method() const override { return "POST"; }
  std::string_view path() const override { return "/api/realtime/session"; }
  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request,
                                                   const std::vector<std::string>& parts) override;

 private:
  const Parts parts_;
};

}  // namespace callosum::api
