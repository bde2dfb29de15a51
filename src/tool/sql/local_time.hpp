#pragma once

#include <boost/json/value.hpp>

#include "base/result.hpp"

namespace callosum::tool::sql {

namespace json = boost::json;

/// SQL's local_time(utc, timezone): "2026-11-21T14:30:00Z", "America/New_York" ->
/// "2026-11-21T09:30:00-05:00". Null or text that is no UTC time: null. VALIDATION: no such time
/// zone on this machine.
Result<json::value> local_time(const json::value& utc, const json::value& timezone);

}  // namespace callosum::tool::sql
