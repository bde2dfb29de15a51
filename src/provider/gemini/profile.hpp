#pragma once

#include <string_view>

#include "realtime/provider_profile.hpp"

namespace callosum::provider::gemini {

/// What a model does that others do not (protocols: Gemini Live §5, §6, §8). Dated data: the code
/// asks these, never a model's name.
struct ModelTraits {
  bool context_update = false;   ///< new tools and instructions within a connection
  bool content_any_time = true;  ///< clientContent in mid-session, not as history alone
  bool calls_go_on = false;      ///< a call does not keep the model from talking, unless told to
  bool can_block_calls = false;  ///< a declaration may say BLOCKING or NON_BLOCKING
  bool json_schema = false;      ///< declarations may hold plain JSON Schema
};

/// Of the longest known prefix of the name; of a model that is not known, what holds for all.
ModelTraits traits_of(std::string_view model);
realtime::ProviderProfile profile_of(std::string_view model);

}  // namespace callosum::provider::gemini
