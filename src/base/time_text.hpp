#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace callosum {

/// Milliseconds since 1970 of "2026-11-21" or "2026-11-21T14:30:00Z", with at most nine digits of a
/// second's fraction; nothing else is read.
std::optional<std::int64_t> parse_utc_ms(std::string_view text);

}  // namespace callosum
