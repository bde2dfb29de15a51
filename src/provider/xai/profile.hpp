#pragma once

#include <string_view>

#include "realtime/provider_profile.hpp"

namespace callosum::provider::xai {

/// What is known of the model of that name; of one that is not known here, what holds for all.
realtime::ProviderProfile profile_of(std::string_view model);

}  // namespace callosum::provider::xai
