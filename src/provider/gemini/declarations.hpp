#pragma once

#include <boost/json/array.hpp>

#include "provider/gemini/profile.hpp"

namespace callosum::provider::gemini {

namespace json = boost::json;

/// GA function tools as function declarations. Their parameters are rewritten into what this wire
/// knows (protocols: Gemini Live §4.3); what it has no word for is left out, and the executor
/// enforces it.
json::array declare(const json::array& tools, const ModelTraits& traits);

}  // namespace callosum::provider::gemini
