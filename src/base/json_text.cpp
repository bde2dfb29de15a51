#include "base/json_text.hpp"

#include <array>
#include <bit>
#include <charconv>
#include <cstdlib>
#include <cstring>

namespace callosum {
namespace {

constexpr auto kNeedsEscape = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) table[i] = true;
  table['"'] = table['\\'] = true;
  return table;
}();

/// How many characters from `at` on pass as they are: eight at a time, since most texts are long
/// runs of them.
std::size_t plain_run(std::string_view text, std::size_t at) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t kOnes = 0x0101010101010101, kHighs = 0x8080808080808080;
  const auto zero_bytes = [](std::uint64_t word) { return (word - kOnes) & ~word & kHighs; };
  std::size_t i = at;
  for (; i + 8 <= text.size(); i += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + i, sizeof word);
    const auto control = (word - kOnes * 0x20) & ~word & kHighs;
    // Exact for the lowest byte that is found; borrows only spoil those above it.
    const auto found = control | zero_bytes(word ^ kOnes * '"') | zero_bytes(word ^ kOnes * '\\');
    if (found != 0) return i - at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
  }
  while (i < text.size() && !kNeedsEscape[static_cast<unsigned char>(text[i])]) ++i;
  return i - at;
}

void append_escaped(char c, std::string& out) {
  constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      out += "\\u00";
      out += kHex[static_cast<unsigned char>(c) >> 4];
      out += kHex[static_cast<unsigned char>(c) & 15];
  }
}

void append_whole(std::int64_t value, std::string& out) {
  char digits[24];
  const auto written = std::to_chars(digits, digits + sizeof digits, value);
  out.append(digits, written.ptr);
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  out += '"';
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto run = plain_run(text, at);
    out.append(text.data() + at, run);
    at += run;
    if (at < text.size()) append_escaped(text[at], out);
  }
  out += '"';
}

std::string& JsonObjectWriter::raw(std::string_view key) {
  if (!is_first_) out_ += ',';
  is_first_ = false;
  out_ += '"';
  out_ += key;
  out_ += "\":";
  return out_;
}

void JsonObjectWriter::whole(std::string_view key, std::int64_t value) {
  append_whole(value, raw(key));
}

void JsonObjectWriter::thousandths(std::string_view key, std::int64_t value) {
  auto& out = raw(key);
  if (value < 0) out += '-';
  const auto size = std::llabs(value);
  append_whole(size / 1000, out);
  const auto rest = static_cast<int>(size % 1000);
  if (rest == 0) return;
  const char digits[] = {static_cast<char>('0' + rest / 100),
                         static_cast<char>('0' + rest / 10 % 10),
                         static_cast<char>('0' + rest % 10)};
  std::size_t count = 3;
  while (digits[count - 1] == '0') --count;
  out += '.';
  out.append(digits, count);
}

}  // namespace callosum
