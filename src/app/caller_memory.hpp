#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "api/auth/principal.hpp"
#include "app/parts.hpp"
#include "async/deadline.hpp"

namespace callosum::app {

/// The latest earlier conversations of this principal with this tenant, a line each, the oldest
/// first: when, where, and which tools changed something. Nothing for one that may stand for many
/// people, or whose line nobody knows; nor where the database cannot be read now, which is logged.
boost::asio::awaitable<std::vector<std::string>> recall(Parts& parts,
                                                        api::auth::Principal principal,
                                                        std::string tenant_id,
                                                        async::Deadline deadline);

}  // namespace callosum::app
