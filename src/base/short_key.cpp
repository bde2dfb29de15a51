#include "base/short_key.hpp"

#include <array>
#include <string>

#include "base/encoding.hpp"

namespace callosum {

std::int64_t short_key(std::string_view first, std::string_view second) {
  // The size, so that no pair reads like another one.
  const auto size = std::to_string(first.size());
  const std::array<std::string_view, 4> parts{size, "\n", first, second};
  const auto key = static_cast<std::int64_t>(blake2b_number(parts) >> 11);
  return key == 0 ? 1 : key;
}

}  // namespace callosum
