#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace callosum::provider::gemini {

namespace json = boost::json;

/// `usageMetadata` (protocols: Gemini Live §3.2) as the `usage` of a GA response.
json::value encode_usage(const json::object& metadata);

}  // namespace callosum::provider::gemini
