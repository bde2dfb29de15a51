#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace callosum::net {

/// What we say we take; anything else is refused.
inline constexpr std::string_view kAcceptedCodings = "gzip";

/// A body without its Content-Encoding ("", "identity", "gzip"). OUTPUT_TOO_LARGE as soon as more
/// than `max_bytes` come out, whatever the input promises; TRANSIENT where it is broken or cut.
Result<std::string> decode_content(std::string_view coding, std::string body,
                                   std::size_t max_bytes);

}  // namespace callosum::net
