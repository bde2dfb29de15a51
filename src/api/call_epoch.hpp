#pragma once

#include <boost/json/fwd.hpp>
#include <cstdint>
#include <optional>

#include "base/result.hpp"
#include "net/http.hpp"

namespace callosum::api {

/// The epoch of its session's tools that a program says a call was issued in: its word, beside the
/// arguments, which are the model's. Nothing: none was named. VALIDATION: it is no whole number.
Result<std::optional<std::uint64_t>> epoch_in(const boost::json::object& body);
/// The same of the header `X-Callosum-Epoch`, where the body is the arguments.
Result<std::optional<std::uint64_t>> epoch_in(const net::HttpRequest& request);

}  // namespace callosum::api
