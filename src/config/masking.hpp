#pragma once

#include <string>
#include <string_view>

namespace callosum::config {

inline constexpr std::string_view kMask = "***";

/// The URL with "***" for its password and for the values of parameters whose names tell of a
/// secret.
std::string mask_url(std::string_view url);

/// A value as a problem may quote it: short, without control characters.
std::string quote_briefly(std::string_view value);

}  // namespace callosum::config
