#include "base/ids.hpp"

#include <array>
#include <cstdint>

#include "base/encoding.hpp"

namespace callosum {

std::string make_uuid7(const Clock& clock, Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  const auto ms = static_cast<std::uint64_t>(epoch_ms(clock.wall_now()));
  for (int i = 0; i < 6; ++i) bytes[i] = static_cast<std::uint8_t>(ms >> (8 * (5 - i)));
  bytes[6] = static_cast<std::uint8_t>((bytes[6] & 0x0f) | 0x70);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3f) | 0x80);

  const std::string hex = encode_hex(bytes);
  return hex.substr(0, 8) + '-' + hex.substr(8, 4) + '-' + hex.substr(12, 4) + '-' +
         hex.substr(16, 4) + '-' + hex.substr(20);
}

std::string make_id(std::string_view prefix, Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  return std::string(prefix) + encode_hex(bytes);
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    const bool hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
    if (dash ? c != '-' : !hex) return false;
  }
  return true;
}

}  // namespace callosum
