#pragma once

#include <boost/asio/awaitable.hpp>
#include <string>
#include <vector>

#include "api/auth/principal.hpp"
#include "async/deadline.hpp"
#include "base/result.hpp"
#include "storage/database.hpp"

namespace callosum::app {

/// Whether what this principal did earlier may be told to its next conversation: it stands for one
/// person, who is known to be on the line. A service's key stands for many.
bool may_be_remembered(const api::auth::Principal& principal);

/// The latest earlier conversations of this subject with this tenant, a line each, the oldest
/// first: when, where, and which tools changed something.
boost::asio::awaitable<Result<std::vector<std::string>>> recall(storage::Database& database,
                                                                std::string tenant_id,
                                                                std::string subject,
                                                                async::Deadline deadline);

}  // namespace callosum::app
