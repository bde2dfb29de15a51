#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace callosum::registry {

/// JSON as models and people read it: members in their own order, numbers as ECMAScript writes them
/// ("25.5", where Boost.JSON writes "2.55E1"), whole numbers exact. A number without a finite value
/// becomes null.
void append_json(const boost::json::value& value, std::string& out);
std::string to_json_text(const boost::json::value& value);

}  // namespace callosum::registry
