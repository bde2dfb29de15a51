#pragma once

#include <string>

#include "base/deque.hpp"

namespace callosum::provider::gemini {

/// Events as text, in the order in which they are to be said.
using Frames = Deque<std::string>;

}  // namespace callosum::provider::gemini
