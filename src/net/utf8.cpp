#include "net/utf8.hpp"

#include <cstring>

namespace callosum::net {

namespace {

/// Length of the ASCII at the front, in steps of 32 bytes; what is left is looked at byte by byte.
std::size_t skip_ascii(const char* bytes, std::size_t size) {
  std::size_t at = 0;
  for (; at + 32 <= size; at += 32) {
    std::uint64_t words[4];
    std::memcpy(words, bytes + at, sizeof words);
    if (((words[0] | words[1] | words[2] | words[3]) & 0x8080808080808080ULL) != 0) break;
  }
  return at;
}

}  // namespace

bool Utf8Check::begin(std::uint8_t lead) {
  low_ = 0x80;
  high_ = 0xBF;
  if (lead >= 0xC2 && lead <= 0xDF) {
    missing_ = 1;
  } else if (lead >= 0xE0 && lead <= 0xEF) {
    missing_ = 2;
    if (lead == 0xE0) low_ = 0xA0;
    if (lead == 0xED) high_ = 0x9F;
  } else if (lead >= 0xF0 && lead <= 0xF4) {
    missing_ = 3;
    if (lead == 0xF0) low_ = 0x90;
    if (lead == 0xF4) high_ = 0x8F;
  } else {
    return false;
  }
  return true;
}

bool Utf8Check::add(std::string_view piece) {
  const char* at = piece.data();
  const char* const end = at + piece.size();
  while (at != end) {
    if (missing_ == 0) at += skip_ascii(at, static_cast<std::size_t>(end - at));
    if (at == end) break;
    const auto byte = static_cast<std::uint8_t>(*at++);
    if (missing_ > 0) {
      if (byte < low_ || byte > high_) return false;
      low_ = 0x80;
      high_ = 0xBF;
      --missing_;
    } else if (byte >= 0x80 && !begin(byte)) {
      return false;
    }
  }
  return true;
}

}  // namespace callosum::net
