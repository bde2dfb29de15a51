#include "net/http_syntax.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"

namespace callosum::net {

namespace {

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

constexpr std::array<bool, 256> make_token_table() {
  std::array<bool, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[c] = true;
  for (int c = 'a'; c <= 'z'; ++c) table[c] = true;
  for (int c = 'A'; c <= 'Z'; ++c) table[c] = true;
  for (const char c : std::string_view("!#$%&'*+-.^_`|~"))
    table[static_cast<std::size_t>(c)] = true;
  return table;
}

constexpr auto kToken = make_token_table();

/// The percent-encoded spellings that make one path look like another (encoded slash, NUL), and
/// anything cut off or not hexadecimal.
bool is_good_escape(std::string_view text, std::size_t at, bool in_path) {
  if (at + 2 >= text.size() || !is_hex(text[at + 1]) || !is_hex(text[at + 2])) return false;
  const std::string code = to_lower_ascii(text.substr(at + 1, 2));
  if (code == "00") return false;
  return !in_path || (code != "2f" && code != "5c");
}

/// Whether a segment means "here" or "up", also in disguise.
bool is_dot_segment(std::string_view segment) {
  std::size_t dots = 0;
  for (std::size_t at = 0; at < segment.size(); ++dots) {
    if (segment[at] == '.') {
      ++at;
    } else if (equal_ignoring_case(segment.substr(at, 3), "%2e")) {
      at += 3;
    } else {
      return false;
    }
  }
  return dots == 1 || dots == 2;
}

}  // namespace

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) {
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
    return lower(x) == lower(y);
  });
}

bool is_http_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(),
                                      [](char c) { return kToken[static_cast<unsigned char>(c)]; });
}

bool is_field_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7F) || byte == '\t';
  });
}

bool is_http_host(std::string_view text) {
  std::size_t at = 0;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos || end < 3) return false;
    for (const char c : text.substr(1, end - 1)) {
      if (!is_hex(c) && c != ':' && c != '.') return false;
    }
    at = end + 1;
  } else {
    while (at < text.size() &&
           (is_alnum(text[at]) || text[at] == '-' || text[at] == '.' || text[at] == '_')) {
      ++at;
    }
    if (at == 0) return false;
  }
  if (at == text.size()) return true;
  const std::string_view port = text.substr(at + 1);
  return text[at] == ':' && port.size() <= 5 &&
         std::all_of(port.begin(), port.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<HttpFault> check_target(std::string_view method, std::string_view target) {
  if (target.size() > kMaxTargetBytes) return HttpFault{414, "target too long"};
  if (target == "*" && method == "OPTIONS") return std::nullopt;
  if (!target.starts_with('/')) return HttpFault{400, "target must be a path"};
  const std::size_t path_end = std::min(target.find('?'), target.size());
  for (std::size_t at = 0; at < target.size(); ++at) {
    const char c = target[at];
    if (c <= 0x20 || c >= 0x7F) return HttpFault{400, "character not allowed in the target"};
    if (c == '#' || c == '"' || c == '<' || c == '>' || c == '\\') {
      return HttpFault{400, "character not allowed in the target"};
    }
    if (c == '%' && !is_good_escape(target, at, at < path_end)) {
      return HttpFault{400, "escape not allowed in the target"};
    }
  }
  const auto segments = split(target.substr(1, path_end - 1), '/');
  if (std::any_of(segments.begin(), segments.end(), is_dot_segment)) {
    return HttpFault{400, "dot segments in the target"};
  }
  return std::nullopt;
}

bool has_list_token(std::string_view list, std::string_view token) {
  for (const auto item : split(list, ',')) {
    if (equal_ignoring_case(trim(item), token)) return true;
  }
  return false;
}

std::size_t count_field(const HttpFields& fields, std::string_view name) {
  return static_cast<std::size_t>(
      std::count_if(fields.all().begin(), fields.all().end(),
                    [&](const auto& field) { return equal_ignoring_case(field.first, name); }));
}

std::size_t HeadScan::find_end(std::string_view bytes, const HttpLimits& limits) {
  for (; at_ < bytes.size() && !fault_; ++at_) {
    const auto c = static_cast<unsigned char>(bytes[at_]);
    const bool after_cr = at_ > 0 && bytes[at_ - 1] == '\r';
    if (after_cr != (c == '\n')) {
      fault_ = HttpFault{400, "a CR or LF without the other"};
    } else if ((c < 0x20 && c != '\r' && c != '\n' && c != '\t') || c == 0x7F) {
      fault_ = HttpFault{400, "control character"};
    } else if (c == '\n') {
      if (at_ == 1) fault_ = HttpFault{400, "empty first line"};
      if (!fault_ && at_ - line_begin_ == 1) return at_ + 1;
      line_begin_ = at_ + 1;
      is_first_line_ = false;
    }
    if (fault_) break;
    if (is_first_line_ && at_ >= kMaxTargetBytes + 64) {
      fault_ = HttpFault{414, "request line too long"};
    } else if (at_ >= limits.max_header_bytes) {
      fault_ = HttpFault{431, "header too long"};
    }
  }
  return 0;
}

std::string_view take_line(std::string_view& head) {
  const auto end = head.find("\r\n");
  const auto line = head.substr(0, end);
  head.remove_prefix(end == std::string_view::npos ? head.size() : end + 2);
  return line;
}

std::optional<HttpFault> parse_fields(std::string_view lines, std::size_t max_headers,
                                      HttpFields& fields) {
  std::size_t count = 0;
  while (true) {
    const auto line = take_line(lines);
    if (line.empty()) return std::nullopt;
    if (++count > max_headers) return HttpFault{431, "too many header fields"};
    if (line.front() == ' ' || line.front() == '\t') return HttpFault{400, "folded header field"};
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return HttpFault{400, "header field without a colon"};
    const auto name = line.substr(0, colon);
    if (!is_http_token(name)) return HttpFault{400, "header field name not allowed"};
    auto value = line.substr(colon + 1);
    while (!value.empty() && (value.front() == ' ' || value.front() == '\t'))
      value.remove_prefix(1);
    while (!value.empty() && (value.back() == ' ' || value.back() == '\t')) value.remove_suffix(1);
    if (!is_field_value(value)) return HttpFault{400, "control character in a header field"};
    fields.add(std::string(name), std::string(value));
  }
}

}  // namespace callosum::net
