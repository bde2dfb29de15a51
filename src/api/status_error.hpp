#pragma once

#include <string_view>

#include "base/random.hpp"
#include "net/http.hpp"
#include "telemetry/log.hpp"

namespace callosum::api {

/// `{status: "error", message}`.
net::HttpResponse status_error(int status, std::string_view message);

/// The same of an error, with the status of its type. FORBIDDEN says one thing only. What the
/// caller could neither have caused nor mend is 500 with an `error_id`, its cause in the log.
net::HttpResponse status_error(const Error& error, Random& random, telemetry::Log& log);

}  // namespace callosum::api
