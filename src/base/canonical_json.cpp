// RFC 8785 (JSON Canonicalization Scheme): keys by UTF-16 code units, ECMAScript numbers, minimal
// escapes.
#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <charconv>
#include <cmath>
#include <unicode/unistr.h>

#include "base/json.hpp"
#include "base/json_text.hpp"

namespace callosum {
namespace {

/// ECMAScript Number::toString from the shortest digits that read back as the same double.
void append_double(double number, std::string& out) {
  if (number == 0) {  // also -0
    out += '0';
    return;
  }
  char buffer[40];
  const auto end =
      std::to_chars(buffer, buffer + sizeof buffer, std::abs(number), std::chars_format::scientific)
          .ptr;
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  const auto e = text.find('e');
  std::string digits(1, text[0]);
  if (e > 1) digits += text.substr(2, e - 2);
  int exponent = 0;
  std::from_chars(text.data() + e + (text[e + 1] == '+' ? 2 : 1), end, exponent);

  if (number < 0) out += '-';
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // digits before the decimal point
  if (point > 21 || point < -5) {
    out += digits[0];
    if (count > 1) out.append(1, '.').append(digits, 1);
    out += exponent < 0 ? "e-" : "e+";
    out += std::to_string(std::abs(exponent));
  } else if (point <= 0) {
    out.append("0.").append(static_cast<std::size_t>(-point), '0').append(digits);
  } else if (count <= point) {
    out.append(digits).append(static_cast<std::size_t>(point - count), '0');
  } else {
    out.append(digits, 0, static_cast<std::size_t>(point))
        .append(1, '.')
        .append(digits, static_cast<std::size_t>(point));
  }
}

bool utf16_less(std::string_view a, std::string_view b) {
  const auto is_ascii = [](std::string_view s) {
    return std::all_of(s.begin(), s.end(), [](char c) { return (c & 0x80) == 0; });
  };
  if (is_ascii(a) && is_ascii(b)) return a < b;
  const auto wide = [](std::string_view s) {
    return icu::UnicodeString::fromUTF8(
        icu::StringPiece(s.data(), static_cast<std::int32_t>(s.size())));
  };
  return wide(a).compare(wide(b)) < 0;
}

}  // namespace

void append_canonical_json(const json::object& object, std::string& out) {
  // A tool call has a handful of members: they need no list on the heap.
  boost::container::small_vector<const json::key_value_pair*, 16> members;
  for (const auto& member : object) members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const auto* a, const auto* b) { return utf16_less(a->key(), b->key()); });
  out += '{';
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(members[i]->key(), out);
    out += ':';
    append_canonical_json(members[i]->value(), out);
  }
  out += '}';
}

void append_canonical_json(const json::value& value, std::string& out) {
  constexpr std::int64_t kExact = std::int64_t{1} << 53;
  switch (value.kind()) {
    case json::kind::null:
      out += "null";
      return;
    case json::kind::bool_:
      out += value.get_bool() ? "true" : "false";
      return;
    case json::kind::int64: {
      const auto i = value.get_int64();
      if (i <= kExact && i >= -kExact) {
        out += std::to_string(i);
      } else {
        append_double(static_cast<double>(i), out);
      }
      return;
    }
    case json::kind::uint64:
      append_double(static_cast<double>(value.get_uint64()), out);
      return;
    case json::kind::double_:
      append_double(value.get_double(), out);
      return;
    case json::kind::string:
      append_json_string(value.get_string(), out);
      return;
    case json::kind::array: {
      out += '[';
      bool first = true;
      for (const auto& item : value.get_array()) {
        if (!first) out += ',';
        first = false;
        append_canonical_json(item, out);
      }
      out += ']';
      return;
    }
    case json::kind::object:
      append_canonical_json(value.get_object(), out);
      return;
  }
}

std::string canonical_json(const json::value& value) {
  std::string out;
  append_canonical_json(value, out);
  return out;
}

}  // namespace callosum
