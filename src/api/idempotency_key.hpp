#pragma once

#include <string>

#include "base/result.hpp"
#include "net/http.hpp"

namespace callosum::api {

/// The id of a call, by which it is known when it is sent again: of its body (empty: none there),
/// of the header `Idempotency-Key`, or of both where they are equal. VALIDATION otherwise, and for
/// a header that is given twice or is not 9 to 128 visible ASCII characters: shorter ones do not
/// tell calls apart for long.
Result<std::string> read_call_id(const net::HttpRequest& request, std::string of_body);

}  // namespace callosum::api
