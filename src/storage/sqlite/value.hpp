#pragma once

#include <boost/json/value.hpp>
#include <cstdint>
#include <string_view>

#include "base/result.hpp"

namespace callosum::storage::sqlite {

namespace json = boost::json;

// What SQLite holds, as JSON; INVALID_OUTPUT where JSON has no such value.
json::value integer_to_json(std::int64_t number);  ///< beyond ±2^53: a string
Result<json::value> real_to_json(double number, std::string_view what);
Result<json::value> text_to_json(std::string_view text, std::string_view what);

}  // namespace callosum::storage::sqlite
