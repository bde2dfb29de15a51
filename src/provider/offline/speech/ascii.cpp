#include "provider/offline/speech/ascii.hpp"

#include <cstdint>
#include <utility>

namespace callosum::provider::offline::speech {
namespace {

// U+00C0 to U+00FF, one letter each; '*' has two and '-' is no letter.
constexpr std::string_view kLatin1 =
    "AAAAAA*CEEEEIIIIDNOOOOO-OUUUUY**aaaaaa*ceeeeiiiidnooooo-ouuuuy*y";

constexpr std::pair<char32_t, std::string_view> kMarks[] = {
    {0x2018, "'"},  {0x2019, "'"},  {0x201C, "\""},   {0x201D, "\""},   {0x2013, "-"},
    {0x2014, ", "}, {0x2026, "."},  {0x00A3, "GBP "}, {0x20AC, "EUR "}, {0x00C6, "AE"},
    {0x00E6, "ae"}, {0x00DF, "ss"}, {0x00DE, "th"},   {0x00FE, "th"},   {0x00B0, " degrees "}};

/// One code point from the front of `text`; malformed bytes come out as U+FFFD, one at a time.
char32_t take_code_point(std::string_view& text) {
  const auto first = static_cast<std::uint8_t>(text[0]);
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t code = length == 1 ? first : first & (0xFFU >> (length + 1));
  bool whole = length <= text.size() && (length == 1 || (first >= 0xC0 && first < 0xF8));
  for (std::size_t i = 1; whole && i < length; ++i) {
    const auto next = static_cast<std::uint8_t>(text[i]);
    whole = (next & 0xC0U) == 0x80;
    code = code << 6 | (next & 0x3FU);
  }
  text.remove_prefix(whole ? length : 1);
  return whole ? code : 0xFFFD;
}

void append_code_point(char32_t code, std::string& out) {
  if (code < 0x80) {
    out += code >= 0x20 && code != 0x7F ? static_cast<char>(code) : ' ';
    return;
  }
  for (const auto& [mark, plain] : kMarks) {
    if (mark == code) {
      out += plain;
      return;
    }
  }
  const bool letter = code >= 0xC0 && code <= 0xFF && kLatin1[code - 0xC0] != '*';
  out += letter ? kLatin1[code - 0xC0] : ' ';
}

}  // namespace

std::string to_ascii(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) append_code_point(take_code_point(text), out);
  return out;
}

}  // namespace callosum::provider::offline::speech
