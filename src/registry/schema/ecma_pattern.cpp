#include "registry/schema/ecma_pattern.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "registry/schema/ascii.hpp"
#include "registry/schema/ecma_class.hpp"

namespace callosum::registry::schema {
namespace {

constexpr std::size_t kMaxPatternBytes = 8192;
constexpr int kMaxGroupDepth = 100;
constexpr unsigned kMaxRepeat = 10'000;

// ICU's own \b looks at Unicode words.
constexpr std::string_view kBoundary =
    "(?:(?<=[A-Za-z0-9_])(?![A-Za-z0-9_])|(?<![A-Za-z0-9_])(?=[A-Za-z0-9_]))";
constexpr std::string_view kNoBoundary =
    "(?:(?<=[A-Za-z0-9_])(?=[A-Za-z0-9_])|(?<![A-Za-z0-9_])(?![A-Za-z0-9_]))";

class Translator {
 public:
  explicit Translator(std::string_view pattern) : in_(pattern) {}

  bool run() {
    while (problem_.empty() && in_.more()) step();
    if (problem_.empty() && depth_ > 0) problem_ = "a group is not closed";
    return problem_.empty();
  }

  std::string out;
  const std::string& problem() const { return problem_; }

 private:
  void step() {
    const char c = in_.peek();
    switch (c) {
      case '(':
        return open_group();
      case ')':
        return close_group();
      case '[':
        return character_class();
      case '\\':
        return escape();
      case '*':
      case '+':
      case '?':
        return quantifier(std::string(1, in_.take()));
      case '{':
        return braces();
      default:
        return literal(in_.take());
    }
  }

  void literal(char c) {
    can_repeat_ = c != '|' && c != '^' && c != '$';
    if (c == '.') {
      out += "[^\\n\\r\\u2028\\u2029]";
    } else if (c == '$') {
      out += "\\z";
    } else if (c == '}' || c == ']') {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }

  void open_group() {
    in_.take();
    ++depth_;
    can_repeat_ = false;
    if (depth_ > kMaxGroupDepth) return fail_with("groups are nested too deeply");
    if (!in_.take_if("?")) {
      names_.emplace_back();
      out += '(';
      return;
    }
    for (const std::string_view kind : {":", "=", "!", "<=", "<!"}) {
      if (in_.take_if(kind)) {
        out.append("(?").append(kind);
        return;
      }
    }
    if (!in_.take_if("<")) return fail_with("a group starts with an unknown (?…");
    const auto name = take_name();
    if (!name) return;
    names_.push_back(*name);
    out += '(';  // by number: ICU's names have no underscore
  }

  void close_group() {
    in_.take();
    if (--depth_ < 0) return fail_with("a ) has no (");
    out += ')';
    can_repeat_ = true;
  }

  std::optional<std::string> take_name() {
    std::string name;
    while (in_.more() && (is_alnum(in_.peek()) || in_.peek() == '_' || in_.peek() == '$')) {
      name += in_.take();
    }
    if (name.empty() || is_digit(name[0]) || !in_.take_if(">")) {
      fail_with("a group's name is not letters, digits and _");
      return std::nullopt;
    }
    return name;
  }

  void quantifier(std::string_view text) {
    if (!can_repeat_) return fail_with("nothing to repeat before " + std::string(text));
    out += text;
    if (in_.take_if("?")) out += '?';
    can_repeat_ = false;
  }

  void braces() {
    const auto counts = take_counts();
    if (!problem_.empty()) return;
    if (counts) return quantifier(*counts);
    in_.take();
    out += "\\{";
    can_repeat_ = true;
  }

  /// `{n}`, `{n,}` or `{n,m}`; anything else is a literal brace, as browsers have it.
  std::optional<std::string> take_counts() {
    const auto rest = in_.rest();
    const auto end = rest.find('}');
    if (end == std::string_view::npos || end < 2) return std::nullopt;
    const auto body = rest.substr(1, end - 1);
    const auto comma = body.find(',');
    const auto low = body.substr(0, comma);
    const auto high = comma == std::string_view::npos ? low : body.substr(comma + 1);
    if (low.empty() || !std::all_of(low.begin(), low.end(), is_digit)) return std::nullopt;
    if (!std::all_of(high.begin(), high.end(), is_digit)) return std::nullopt;
    const unsigned least = count(low);
    const unsigned most = high.empty() ? least : count(high);
    if (std::max(least, most) > kMaxRepeat) fail_with("a part repeats more than 10000 times");
    if (most < least) fail_with("a repeat count goes down");
    in_.skip(end + 1);
    return std::string(rest.substr(0, end + 1));
  }

  static unsigned count(std::string_view digits) {
    unsigned value = 0;
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return parsed.ec == std::errc() ? value : kMaxRepeat + 1;
  }

  void character_class() {
    auto text = translate_class(in_);
    if (!text) return fail_with(text.error().message);
    out += *text;
    can_repeat_ = true;
  }

  void escape() {
    can_repeat_ = true;
    const auto rest = in_.rest();
    const char c = rest.size() > 1 ? rest[1] : '\0';
    if (c == 'b' || c == 'B') {
      in_.skip(2);
      out += c == 'b' ? kBoundary : kNoBoundary;
    } else if (c >= '1' && c <= '9') {
      in_.skip(1);
      back_reference();
    } else if (c == 'k') {
      in_.skip(2);
      named_back_reference();
    } else {
      auto atom = take_escape(in_, false);
      if (!atom) return fail_with(atom.error().message);
      out += atom->text();
    }
  }

  void back_reference() {
    std::string digits;
    while (in_.more() && is_digit(in_.peek())) digits += in_.take();
    if (count(digits) > names_.size()) return fail_with("\\" + digits + " has no group");
    out.append("(?:\\").append(digits).append(")");
  }

  void named_back_reference() {
    if (!in_.take_if("<")) return fail_with("\\k wants <name>");
    const auto name = take_name();
    if (!name) return;
    const auto at = std::find(names_.begin(), names_.end(), *name);
    if (at == names_.end()) return fail_with("\\k<" + *name + "> has no group");
    out.append("(?:\\").append(std::to_string(at - names_.begin() + 1)).append(")");
  }

  void fail_with(std::string why) {
    if (problem_.empty()) problem_ = std::move(why);
  }

  PatternReader in_;
  std::string problem_;
  std::vector<std::string> names_;  // of capturing groups, in order; "" where it has none
  int depth_ = 0;
  bool can_repeat_ = false;
};

}  // namespace

Result<std::string> translate_ecma_pattern(std::string_view pattern) {
  if (pattern.size() > kMaxPatternBytes) {
    return fail(ErrorType::validation, "the pattern is longer than 8192 bytes");
  }
  Translator translator(pattern);
  if (!translator.run()) return fail(ErrorType::validation, translator.problem());
  return std::move(translator.out);
}

}  // namespace callosum::registry::schema
