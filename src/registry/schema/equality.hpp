#pragma once

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>
#include <cstdint>

namespace callosum::registry::schema {

namespace json = boost::json;

/// JSON equality: 1 is 1.0, members have no order. `steps` pays for every value compared; at zero
/// the answer is false and must not be trusted.
bool are_equal(const json::value& a, const json::value& b, std::int64_t& steps);

/// Whether no two items are equal. Allocates for more than 32 items.
bool are_unique(const json::array& items, std::int64_t& steps);

}  // namespace callosum::registry::schema
