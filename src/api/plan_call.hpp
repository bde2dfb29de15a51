#pragma once

#include <boost/asio/awaitable.hpp>
#include <functional>
#include <string>

#include "api/auth/principal.hpp"
#include "pipeline/executor.hpp"

namespace callosum::api {

/// The call that this principal makes at a tenant (uuid or slug; empty: their only one), but for
/// its own words. FORBIDDEN, in one wording, where the tenant is not theirs or does not exist.
using PlanCall = std::function<boost::asio::awaitable<Result<pipeline::CallRequest>>(
    auth::Principal principal, std::string tenant)>;

/// The same call within an account that its principal has connected at its tenant, named by the
/// whole address. NOT_FOUND for any other, whoever's it is.
using ActIn = std::function<boost::asio::awaitable<Result<pipeline::CallRequest>>(
    pipeline::CallRequest request, std::string account)>;

}  // namespace callosum::api
