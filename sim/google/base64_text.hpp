#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/encoding.hpp"

namespace callosum::sim::google {

std::string to_base64url(std::string_view bytes);
/// Either alphabet, with or without padding, line breaks passed over: what mail and its clients
/// really hold. Nothing where it is no base64.
std::optional<std::string> from_any_base64(std::string_view text);

}  // namespace callosum::sim::google
