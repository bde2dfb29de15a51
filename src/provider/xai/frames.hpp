#pragma once

#include <boost/json/object.hpp>
#include <string>

#include "base/deque.hpp"

namespace callosum::provider::xai {

namespace json = boost::json;

/// Events as text, in the order in which they are to be said.
using Frames = Deque<std::string>;

}  // namespace callosum::provider::xai
