#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "api/auth/principal.hpp"
#include "base/result.hpp"
#include "storage/tenants.hpp"

namespace callosum::api {

/// The tenant that a uuid or slug stands for (empty: the principal's only one). FORBIDDEN, in one
/// wording, where it is not theirs or does not exist.
using FindTenant = std::function<boost::asio::awaitable<Result<storage::Tenant>>(
    auth::Principal principal, std::string asked)>;

}  // namespace callosum::api
