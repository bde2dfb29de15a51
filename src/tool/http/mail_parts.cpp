#include "tool/http/mail_parts.hpp"

#include <array>
#include <charconv>
#include <cstdint>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/text.hpp"

namespace callosum::tool::http {
namespace {

constexpr int kDeepest = 12;
constexpr std::size_t kMostFiles = 10;
constexpr std::size_t kMaxNameBytes = 200;
constexpr std::size_t kLongestEscape = 10;

void append_utf8(std::uint32_t c, std::string& out) {
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xC0 | (c >> 6));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    out += static_cast<char>(0xE0 | (c >> 12));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  } else {
    out += static_cast<char>(0xF0 | (c >> 18));
    out += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    out += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
    out += static_cast<char>(0x80 | (c & 0x3F));
  }
}

bool is_file(const json::object& part) { return !text_at(part, "filename").empty(); }

/// The first part of that type that is no attached file; null: none.
const json::object* find_part(const json::object& part, std::string_view type, int depth) {
  if (depth > kDeepest) return nullptr;
  if (!is_file(part) && to_lower_ascii(text_at(part, "mimeType")) == type) return &part;
  const auto* parts = find_array(part, "parts");
  if (parts == nullptr) return nullptr;
  for (const auto& child : *parts) {
    const auto* inner = child.if_object();
    const auto* found = inner == nullptr ? nullptr : find_part(*inner, type, depth + 1);
    if (found != nullptr) return found;
  }
  return nullptr;
}

std::string body_of(const json::object& part) {
  const auto* body = find_object(part, "body");
  if (body == nullptr) return {};
  auto data = text_at(*body, "data");
  while (data.ends_with('=')) data.remove_suffix(1);  // the service pads
  std::vector<std::uint8_t> bytes;
  if (!decode_base64url(data, bytes)) return {};
  return {bytes.begin(), bytes.end()};
}

void add_files(const json::object& part, int depth, std::vector<std::string>& names) {
  if (depth > kDeepest || names.size() >= kMostFiles) return;
  if (is_file(part)) {
    names.emplace_back(cut_utf8(readable(text_at(part, "filename")), kMaxNameBytes));
  }
  const auto* parts = find_array(part, "parts");
  if (parts == nullptr) return;
  for (const auto& child : *parts) {
    if (const auto* inner = child.if_object()) add_files(*inner, depth + 1, names);
  }
}

struct Escape {
  std::string_view name;
  std::string_view text;
};
constexpr std::array kEscapes{Escape{"amp", "&"},   Escape{"lt", "<"},   Escape{"gt", ">"},
                              Escape{"quot", "\""}, Escape{"apos", "'"}, Escape{"nbsp", " "}};

/// False where it is no escape that is known.
bool append_escape(std::string_view name, std::string& out) {
  for (const auto& escape : kEscapes) {
    if (escape.name != name) continue;
    out += escape.text;
    return true;
  }
  if (!name.starts_with('#')) return false;
  name.remove_prefix(1);
  const bool is_hex = name.starts_with('x') || name.starts_with('X');
  if (is_hex) name.remove_prefix(1);
  std::uint32_t c = 0;
  const char* const end = name.data() + name.size();
  const auto [stopped, error] = std::from_chars(name.data(), end, c, is_hex ? 16 : 10);
  const bool is_character = error == std::errc() && stopped == end && c >= 0x20 && c <= 0x10FFFF &&
                            (c < 0xD800 || c > 0xDFFF);
  if (is_character) append_utf8(c, out);
  return is_character;
}

bool ends_line(std::string_view tag) {
  for (const std::string_view name : {"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4"}) {
    if (tag == name) return true;
  }
  return false;
}

/// "/P class=x" is "p".
std::string name_of_tag(std::string_view inner) {
  if (inner.starts_with('/')) inner.remove_prefix(1);
  return to_lower_ascii(inner.substr(0, inner.find_first_of(" \t\r\n/")));
}

/// Blank lines once, no blanks at their ends.
std::string tidy(std::string_view text) {
  std::string out;
  int blank = 0;
  for (const auto line : split(text, '\n')) {
    const auto words = trim(line);
    blank = words.empty() ? blank + 1 : 0;
    if (blank > 1 || (words.empty() && out.empty())) continue;
    out += words;
    out += '\n';
  }
  return std::string(trim(out));
}

}  // namespace

std::string readable(std::string_view bytes) {
  if (is_valid_utf8(bytes)) return strip_invisible(bytes);
  std::string out;
  for (const char c : bytes) append_utf8(static_cast<unsigned char>(c), out);
  return strip_invisible(out);
}

std::string without_escapes(std::string_view html) {
  std::string out;
  while (!html.empty()) {
    const auto mark = html.find('&');
    out += html.substr(0, mark);
    if (mark == std::string_view::npos) break;
    html.remove_prefix(mark + 1);
    const auto end = html.substr(0, kLongestEscape).find(';');
    if (end != std::string_view::npos && append_escape(html.substr(0, end), out)) {
      html.remove_prefix(end + 1);
    } else {
      out += '&';
    }
  }
  return out;
}

std::string without_tags(std::string_view html) {
  std::string out;
  std::string skipped;  // until its end tag
  while (!html.empty()) {
    const auto open = html.find('<');
    if (skipped.empty()) out += html.substr(0, open);
    if (open == std::string_view::npos) break;
    html.remove_prefix(open + 1);
    const bool is_comment = html.starts_with("!--");
    const auto close = html.find(is_comment ? "-->" : ">");
    if (close == std::string_view::npos) break;
    const auto inner = html.substr(0, close);
    html.remove_prefix(close + (is_comment ? 3 : 1));
    if (is_comment) continue;
    const auto name = name_of_tag(inner);
    const bool is_end = inner.starts_with('/');
    if (!skipped.empty()) {
      if (is_end && name == skipped) skipped.clear();
    } else if (!is_end && (name == "script" || name == "style" || name == "head")) {
      skipped = name;
    } else if (ends_line(name)) {
      out += '\n';
    }
  }
  return without_escapes(out);
}

std::string text_of_mail(const json::object& payload, std::size_t max_bytes) {
  std::string text;
  if (const auto* plain = find_part(payload, "text/plain", 0)) {
    text = tidy(readable(body_of(*plain)));
  }
  // Some senders leave the plain text blank beside the HTML that they mean.
  const auto* html = text.empty() ? find_part(payload, "text/html", 0) : nullptr;
  if (html != nullptr) text = tidy(readable(without_tags(readable(body_of(*html)))));
  if (text.size() <= max_bytes) return text;
  return std::string(cut_utf8(text, max_bytes)) + "…";
}

std::vector<std::string> files_of_mail(const json::object& payload) {
  std::vector<std::string> names;
  add_files(payload, 0, names);
  return names;
}

}  // namespace callosum::tool::http
