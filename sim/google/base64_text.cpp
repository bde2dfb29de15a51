#include "sim/google/base64_text.hpp"

namespace callosum::sim::google {

std::string to_base64url(std::string_view bytes) {
  return encode_base64url({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
}

std::optional<std::string> from_any_base64(std::string_view text) {
  std::string plain;
  plain.reserve(text.size());
  bool is_padded = false;
  for (const char c : text) {
    if (c == '\r' || c == '\n' || c == ' ' || c == '\t') continue;
    if (c == '=') {
      is_padded = true;
      continue;
    }
    if (is_padded) return std::nullopt;
    plain += c == '+' ? '-' : c == '/' ? '_' : c;
  }
  std::vector<std::uint8_t> bytes;
  if (!decode_base64url(plain, bytes)) return std::nullopt;
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace callosum::sim::google
