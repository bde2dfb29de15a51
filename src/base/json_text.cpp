#include "base/json_text.hpp"

#include <array>
#include <charconv>
#include <cstdlib>

namespace callosum {
namespace {

constexpr auto kNeedsEscape = [] {
  std::array<bool, 256> table{};
  for (std::size_t i = 0; i < 0x20; ++i) table[i] = true;
  table['"'] = table['\\'] = true;
  return table;
}();

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
  std::size_t run = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!kNeedsEscape[static_cast<unsigned char>(text[i])]) continue;
    out.append(text.data() + run, i - run);
    append_escaped(text[i], out);
    run = i + 1;
  }
  out.append(text.data() + run, text.size() - run);
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
