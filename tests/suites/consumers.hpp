#pragma once

#include <boost/json/array.hpp>
#include <string>
#include <string_view>

namespace callosum::suites {

/// Why the consumer's simulator refuses these tools, as they come off the wire; empty: it takes
/// them, or there is no simulator of it.
std::string refused_by(std::string_view consumer, const boost::json::array& tools);

}  // namespace callosum::suites
