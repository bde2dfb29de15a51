#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace callosum::registry {

/// MAJOR.MINOR.PATCH of semver.org 2.0.0. What follows `-` or `+` is checked and left out of the
/// order.
struct SemVer {
  std::uint32_t major = 0;
  std::uint32_t minor = 0;
  std::uint32_t patch = 0;
  auto operator<=>(const SemVer&) const = default;
};

std::optional<SemVer> parse_semver(std::string_view text);

}  // namespace callosum::registry
