#pragma once

#include <boost/json/value.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace callosum::registry {

/// The JSON Pointer that a `$ref` within its own document means: "#/$defs/Address", or where the
/// anchor of "#address" stands. Nothing: it leads elsewhere.
std::optional<std::string> referred_place(const boost::json::value& root,
                                          std::string_view reference);
/// What stands there; null: nothing.
const boost::json::value* find_referred(const boost::json::value& root, std::string_view reference);

/// What holds where a consumer is not told of the keyword: notes and unknown words refuse nothing.
std::string_view enforcement_of(std::string_view keyword);

}  // namespace callosum::registry
