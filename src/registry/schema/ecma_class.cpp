#include "registry/schema/ecma_class.hpp"

#include <charconv>
#include <optional>
#include <unicode/utf8.h>

#include "registry/schema/ascii.hpp"

namespace callosum::registry::schema {
namespace {

constexpr std::string_view kSpaces =
    "\\u0009-\\u000D\\u0020\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000\\uFEFF";

Error broken(std::string what) { return fail(ErrorType::validation, std::move(what)); }

std::string set_of(char letter) {
  switch (letter) {
    case 'd':
      return "[0-9]";
    case 'D':
      return "[^0-9]";
    case 'w':
      return "[A-Za-z0-9_]";
    case 'W':
      return "[^A-Za-z0-9_]";
    case 's':
      return "[" + std::string(kSpaces) + "]";
    case 'S':
      return "[^" + std::string(kSpaces) + "]";
    default:
      return {};
  }
}

std::optional<std::uint32_t> control(char letter) {
  switch (letter) {
    case 't':
      return 0x09;
    case 'n':
      return 0x0A;
    case 'v':
      return 0x0B;
    case 'f':
      return 0x0C;
    case 'r':
      return 0x0D;
    default:
      return std::nullopt;
  }
}

std::optional<std::uint32_t> take_hex(PatternReader& in, std::size_t digits) {
  const auto text = in.rest().substr(0, digits);
  std::uint32_t code = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), code, 16);
  if (text.size() != digits || parsed.ptr != text.data() + text.size()) return std::nullopt;
  in.skip(digits);
  return code;
}

/// After `\u`: four digits, a surrogate pair of them, or `{1F600}`.
std::optional<std::uint32_t> take_unicode(PatternReader& in) {
  if (in.take_if("{")) {
    const auto digits = in.rest().find('}');
    if (digits == std::string_view::npos || digits == 0 || digits > 8) return std::nullopt;
    const auto code = take_hex(in, digits);
    in.skip(1);
    return code && *code <= 0x10FFFF ? code : std::nullopt;
  }
  const auto high = take_hex(in, 4);
  if (!high || *high < 0xD800 || *high > 0xDBFF) return high;
  PatternReader ahead = in;
  if (!ahead.take_if("\\u")) return high;
  const auto low = take_hex(ahead, 4);
  if (!low || *low < 0xDC00 || *low > 0xDFFF) return high;
  in = ahead;
  return 0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00);
}

Result<PatternAtom> take_property(PatternReader& in, char letter) {
  const auto end = in.rest().find('}');
  if (!in.take_if("{") || end == std::string_view::npos) return broken("\\p wants {Property}");
  std::string name(in.rest().substr(0, end - 1));
  for (const char c : name) {
    if (!is_alnum(c) && c != '_' && c != '=') return broken("\\p{" + name + "} is no property");
  }
  if (name.empty()) return broken("\\p{} is no property");
  in.skip(end);
  return PatternAtom{.set = "\\" + std::string(1, letter) + "{" + name + "}"};
}

std::uint32_t take_code_point(PatternReader& in) {
  const auto rest = in.rest();
  const auto* bytes = reinterpret_cast<const std::uint8_t*>(rest.data());
  std::int32_t at = 0;
  UChar32 code = 0;
  U8_NEXT(bytes, at, static_cast<std::int32_t>(rest.size()), code);
  in.skip(static_cast<std::size_t>(at));
  return code < 0 ? 0xFFFD : static_cast<std::uint32_t>(code);
}

Result<PatternAtom> take_class_atom(PatternReader& in) {
  if (!in.more()) return broken("a [ is not closed");
  if (in.peek() == '\\') return take_escape(in, true);
  return PatternAtom{.code = take_code_point(in)};
}

}  // namespace

std::string PatternAtom::text() const {
  if (!set.empty()) return set;
  char digits[16];
  const auto end = std::to_chars(digits, digits + sizeof digits, code, 16).ptr;
  return "\\x{" + std::string(digits, end) + "}";
}

Result<PatternAtom> take_escape(PatternReader& in, bool in_class) {
  in.skip(1);
  if (!in.more()) return broken("a \\ stands at the end");
  if (static_cast<unsigned char>(in.peek()) >= 0x80)
    return PatternAtom{.code = take_code_point(in)};
  const char c = in.take();
  if (auto set = set_of(c); !set.empty()) return PatternAtom{.set = std::move(set)};
  if (const auto code = control(c)) return PatternAtom{.code = *code};
  if (c == 'p' || c == 'P') return take_property(in, c);
  if (c == 'b' && in_class) return PatternAtom{.code = 0x08};
  if (c == '0' && !is_digit(in.peek())) return PatternAtom{.code = 0};
  if (c == 'c') {
    if (!is_alpha(in.peek())) return broken("\\c wants a letter");
    return PatternAtom{.code = static_cast<std::uint32_t>(in.take()) % 32};
  }
  if (c == 'x' || c == 'u') {
    const auto code = c == 'x' ? take_hex(in, 2) : take_unicode(in);
    if (!code) return broken("\\" + std::string(1, c) + " wants hexadecimal digits");
    return PatternAtom{.code = *code};
  }
  if (is_alnum(c)) return broken("\\" + std::string(1, c) + " is no escape of ECMA-262");
  return PatternAtom{.code = static_cast<std::uint32_t>(c)};
}

Result<std::string> translate_class(PatternReader& in) {
  in.skip(1);
  const bool negated = in.take_if("^");
  if (in.take_if("]")) return std::string(negated ? "[\\x{0}-\\x{10FFFF}]" : "(?!)");
  std::string out = negated ? "[^" : "[";
  while (!in.take_if("]")) {
    const auto first = take_class_atom(in);
    if (!first) return first.error();
    out += first->text();
    const auto rest = in.rest();
    if (rest.size() < 2 || rest[0] != '-' || rest[1] == ']') continue;
    in.skip(1);
    const auto last = take_class_atom(in);
    if (!last) return last.error();
    if (!first->set.empty() || !last->set.empty()) {
      out.append("\\x{2d}").append(last->text());  // [\w-.]: the dash is a dash
    } else if (last->code < first->code) {
      return broken("a range in [ ] goes down");
    } else {
      out.append("-").append(last->text());
    }
  }
  return out + "]";
}

}  // namespace callosum::registry::schema
