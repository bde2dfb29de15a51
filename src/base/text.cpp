#include "base/text.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <numeric>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

namespace callosum {

bool is_valid_utf8(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int64_t>(text.size());
  std::int64_t at = 0;
  while (at < size) {
    if (bytes[at] < 0x80) {
      ++at;
      continue;
    }
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    if (c < 0) return false;
  }
  return true;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0]++;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, replace});
    }
  }
  return row[b.size()];
}

std::string_view find_nearest(std::string_view word, const std::vector<std::string_view>& known) {
  std::string_view best;
  constexpr std::size_t kLongest = 128;  // nobody mistypes more, and each costs its square
  if (word.size() > kLongest) return best;
  std::size_t best_distance = std::max<std::size_t>(2, word.size() / 3) + 1;
  for (const auto candidate : known) {
    const auto distance = edit_distance(word, candidate);
    if (distance < best_distance) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

namespace {

bool is_visible(UChar32 c) {
  if (c < 0 || (u_charType(c) != U_SPACE_SEPARATOR && !u_isprint(c))) return false;
  return !u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT);
}

}  // namespace

std::string make_visible(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int64_t>(text.size());
  std::string out;
  for (std::int64_t at = 0; at < size;) {
    const auto from = at;
    UChar32 c = 0;
    U8_NEXT(bytes, at, size, c);
    if (is_visible(c)) {
      out += text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(at - from));
    } else {
      std::array<char, 16> code{};
      std::snprintf(code.data(), code.size(), "\\u{%X}", static_cast<unsigned>(std::max(c, 0)));
      out += code.data();
    }
  }
  return out;
}

std::string_view cut_utf8(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  while (max_bytes > 0 && (static_cast<unsigned char>(text[max_bytes]) & 0xc0) == 0x80) --max_bytes;
  return text.substr(0, max_bytes);
}

namespace {

constexpr UChar32 kNonJoiner = 0x200c, kJoiner = 0x200d, kKeycap = 0x20e3;

bool is_hidden(UChar32 c) {
  return u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) ||
         (c >= 0x80 && u_charType(c) == U_CONTROL_CHAR) || (c >= 0xfff9 && c <= 0xfffb);
}

bool is_emoji(UChar32 c) { return c >= 0x80 && u_hasBinaryProperty(c, UCHAR_EMOJI); }

bool is_of_joining_script(UChar32 c) {
  UErrorCode status = U_ZERO_ERROR;
  const auto script = uscript_getScript(c, &status);
  const bool is_plain = script == USCRIPT_LATIN || script == USCRIPT_GREEK ||
                        script == USCRIPT_CYRILLIC || script == USCRIPT_COMMON;
  return U_SUCCESS(status) && !is_plain && ((U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_M_MASK)) != 0);
}

/// Whether this hidden character does something between its neighbours.
bool is_needed(UChar32 before, UChar32 c, UChar32 after) {
  if (c == 0xfe0e || c == 0xfe0f) return is_emoji(before) || (c == 0xfe0f && after == kKeycap);
  if (c == kJoiner && (is_emoji(before) || before == 0xfe0f) && is_emoji(after)) return true;
  return (c == kJoiner || c == kNonJoiner) && is_of_joining_script(before) &&
         is_of_joining_script(after);
}

}  // namespace

std::string strip_invisible(std::string_view text) {
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
  const auto size = static_cast<std::int64_t>(text.size());
  std::string out;
  UChar32 before = 0;
  for (std::int64_t at = 0; at < size;) {
    const auto from = at;
    UChar32 c = 0, after = 0;
    U8_NEXT(bytes, at, size, c);
    auto next = at;
    if (next < size) U8_NEXT(bytes, next, size, after);
    if (is_hidden(c) && !is_needed(before, c, after)) continue;
    out += text.substr(static_cast<std::size_t>(from), static_cast<std::size_t>(at - from));
    before = c;
  }
  return out;
}

bool is_e164(std::string_view text) {
  constexpr std::size_t kFewest = 7;
  constexpr std::size_t kMost = 15;
  if (text.empty() || text.front() != '+') return false;
  text.remove_prefix(1);
  if (text.size() < kFewest || text.size() > kMost || text.front() == '0') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const auto& part : parts) {
    if (!out.empty()) out += separator;
    out += part;
  }
  return out;
}

std::string to_lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

}  // namespace callosum
