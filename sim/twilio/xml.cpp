#include "sim/twilio/xml.hpp"

#include <charconv>

#include "base/text.hpp"

namespace callosum::sim::twilio {
namespace {

constexpr std::size_t kMostBytes = 64 * 1024;
constexpr std::size_t kMostElements = 500;
constexpr std::size_t kDeepest = 16;

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == ':';
}

/// False where the code point is none of XML's.
bool append_utf8(std::uint32_t code, std::string& out) {
  const bool is_control = code < 0x20 && code != '\t' && code != '\n' && code != '\r';
  if (is_control || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
  if (code < 0x80) {
    out += static_cast<char>(code);
  } else if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
    out += static_cast<char>(0x80 | (code & 0x3f));
  }
  return true;
}

/// Reads forward; the first problem is kept.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<XmlElement> read() {
    if (rest().starts_with("<?xml")) skip_past("?>");
    skip_blank();
    XmlElement root;
    if (!has("<")) complain("an element is expected");
    if (!problem_) read_element(root, 1);
    skip_blank();
    if (!problem_ && at_ != text_.size()) complain("more behind the root element");
    if (problem_) return *problem_;
    return root;
  }

 private:
  std::string_view rest() const { return text_.substr(at_); }
  bool has(std::string_view what) const { return rest().starts_with(what); }
  void complain(const std::string& what) {
    if (!problem_) {
      problem_ = fail(ErrorType::validation, "byte " + std::to_string(at_) + ": " + what);
    }
  }
  bool take(std::string_view what) {
    if (problem_) return false;
    if (!has(what)) {
      complain("'" + std::string(what) + "' is expected");
      return false;
    }
    at_ += what.size();
    return true;
  }
  void skip_past(std::string_view what) {
    const auto end = text_.find(what, at_);
    if (end == std::string_view::npos) return complain("'" + std::string(what) + "' is missing");
    at_ = end + what.size();
  }
  void skip_spaces() {
    while (at_ < text_.size() && is_space(text_[at_])) ++at_;
  }
  /// Spaces and comments.
  void skip_blank() {
    skip_spaces();
    while (!problem_ && has("<!--")) {
      skip_past("-->");
      skip_spaces();
    }
  }
  std::string read_name() {
    const auto begin = at_;
    while (at_ < text_.size() && is_name(text_[at_])) ++at_;
    if (at_ == begin) complain("a name is expected");
    return std::string(text_.substr(begin, at_ - begin));
  }
  void read_entity(std::string& out) {
    const auto end = rest().substr(0, 12).find(';');
    if (end == std::string_view::npos) return complain("a bare '&'");
    const auto name = rest().substr(1, end - 1);
    static constexpr std::pair<std::string_view, char> kNamed[] = {
        {"amp", '&'}, {"lt", '<'}, {"gt", '>'}, {"quot", '"'}, {"apos", '\''}};
    bool is_known = false;
    for (const auto& [known, c] : kNamed) {
      if (name != known) continue;
      out += c;
      is_known = true;
    }
    if (!is_known && name.starts_with('#')) is_known = read_code(name.substr(1), out);
    if (!is_known) return complain("no such entity");
    at_ += end + 1;
  }
  static bool read_code(std::string_view digits, std::string& out) {
    const bool is_hex = digits.starts_with('x');
    if (is_hex) digits.remove_prefix(1);
    std::uint32_t code = 0;
    const auto* const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, code, is_hex ? 16 : 10);
    return parsed.ec == std::errc() && parsed.ptr == end && append_utf8(code, out);
  }
  void read_attribute(XmlElement& into) {
    auto name = read_name();
    skip_spaces();
    take("=");
    skip_spaces();
    if (problem_) return;
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    if (quote != '"' && quote != '\'') return complain("a quote is expected");
    if (!into.attribute(name).empty()) return complain("the attribute '" + name + "' twice");
    ++at_;
    std::string value;
    while (!problem_ && at_ < text_.size() && text_[at_] != quote) {
      if (text_[at_] == '<') return complain("'<' in an attribute");
      read_character(value);
    }
    take(std::string_view(&quote, 1));
    into.attributes.emplace_back(std::move(name), std::move(value));
  }
  void read_character(std::string& out) {
    if (text_[at_] == '&') return read_entity(out);
    out += text_[at_++];
  }
  void read_element(XmlElement& into, std::size_t depth) {
    if (++elements_ > kMostElements || depth > kDeepest) return complain("too many elements");
    take("<");
    into.name = read_name();
    skip_spaces();
    while (!problem_ && !has(">") && !has("/>")) {
      const auto before = at_;
      read_attribute(into);
      skip_spaces();
      if (at_ == before) return complain("'>' is expected");
    }
    if (problem_ || has("/>")) {
      take("/>");
      return;
    }
    take(">");
    read_content(into, depth);
  }
  void read_content(XmlElement& into, std::size_t depth) {
    while (!problem_) {
      if (at_ >= text_.size()) return complain("</" + into.name + "> is missing");
      if (has("<!--")) {
        skip_past("-->");
      } else if (has("</")) {
        take("</");
        if (read_name() != into.name) return complain("not the end of " + into.name);
        skip_spaces();
        take(">");
        return;
      } else if (has("<")) {
        read_element(into.children.emplace_back(), depth + 1);
      } else {
        read_character(into.text);
      }
    }
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t elements_ = 0;
  std::optional<Error> problem_;
};

}  // namespace

std::string XmlElement::attribute(std::string_view wanted) const {
  for (const auto& [name_of, value] : attributes) {
    if (name_of == wanted) return value;
  }
  return {};
}

Result<XmlElement> parse_xml(std::string_view text) {
  if (text.size() > kMostBytes) return fail(ErrorType::validation, "more than 64 KiB");
  if (!is_valid_utf8(text)) return fail(ErrorType::validation, "no UTF-8");
  return Reader(text).read();
}

}  // namespace callosum::sim::twilio
