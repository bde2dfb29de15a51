#pragma once

#include <boost/asio/awaitable.hpp>

#include "async/deadline.hpp"
#include "tool/account/oauth_wire.hpp"

namespace callosum::tool::account {

// Requests to a service's own endpoints, each once. TRANSIENT: it cannot be reached, or is busy.
// AUTH: it no longer honours what it gave. PERMANENT: it refuses this gateway. Messages can be
// spoken; neither they nor details hold a token, a code or the client's secret.

boost::asio::awaitable<Result<TokenAnswer>> redeem_code(const OAuthService& service,
                                                        CodeGrant grant, async::Deadline deadline);
boost::asio::awaitable<Result<TokenAnswer>> refresh_tokens(const OAuthService& service,
                                                           Secret refresh_token,
                                                           async::Deadline deadline);
/// Fine where the service has forgotten it already.
boost::asio::awaitable<Result<void>> revoke_token(const OAuthService& service, Secret token,
                                                  async::Deadline deadline);

}  // namespace callosum::tool::account
