#pragma once

#include <string_view>

#include "realtime/provider_profile.hpp"

namespace callosum::provider::cascade {

/// What a conversation without a realtime provider can do: ears, a chat model and a mouth in a row.
realtime::ProviderProfile profile_of(std::string_view model);

}  // namespace callosum::provider::cascade
