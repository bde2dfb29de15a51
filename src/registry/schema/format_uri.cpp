#include <algorithm>

#include "base/text.hpp"
#include "registry/schema/ascii.hpp"
#include "registry/schema/format.hpp"
#include "registry/schema/uri.hpp"

namespace callosum::registry::schema {
namespace {

constexpr std::string_view kUnreserved = "-._~";
constexpr std::string_view kSubDelimiters = "!$&'()*+,;=";

/// Whether `text` is escapes, letters, digits and what stands in `also`; `wide`: anything beyond
/// ASCII too.
bool is_made_of(std::string_view text, std::string_view also, bool wide) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (static_cast<unsigned char>(c) >= 0x80) {
      if (!wide) return false;
    } else if (!is_alnum(c) && kUnreserved.find(c) == std::string_view::npos &&
               kSubDelimiters.find(c) == std::string_view::npos &&
               also.find(c) == std::string_view::npos) {
      return false;
    }
  }
  return true;
}

/// `v1.fe` (RFC 3986 section 3.2.2).
bool is_future_address(std::string_view text) {
  if (!text.starts_with('v') && !text.starts_with('V')) return false;
  const auto dot = text.find('.');
  if (dot == std::string_view::npos || dot < 2 || dot + 1 == text.size()) return false;
  const auto version = text.substr(1, dot - 1);
  const auto address = text.substr(dot + 1);
  return std::all_of(version.begin(), version.end(), is_hex) &&
         address.find('%') == std::string_view::npos && is_made_of(address, ":", false);
}

bool is_authority(std::string_view text, bool wide) {
  if (const auto at = text.find('@'); at != std::string_view::npos) {
    if (!is_made_of(text.substr(0, at), ":", wide)) return false;
    text.remove_prefix(at + 1);
  }
  std::string_view port;
  if (text.starts_with('[')) {
    const auto end = text.find(']');
    if (end == std::string_view::npos) return false;
    const auto address = text.substr(1, end - 1);
    if (!is_ipv6(address) && !is_future_address(address)) return false;
    port = text.substr(end + 1);
    if (!port.empty() && port[0] != ':') return false;
  } else {
    const auto colon = text.find(':');
    if (!is_made_of(text.substr(0, colon), "", wide)) return false;
    port = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (!port.empty()) port.remove_prefix(1);
  return std::all_of(port.begin(), port.end(), is_digit);
}

bool is_reference(std::string_view text, bool wide) {
  const UriParts parts = split_uri(text);
  if (parts.authority && !is_authority(*parts.authority, wide)) return false;
  if (!is_made_of(parts.path, ":@/", wide)) return false;
  if (parts.query && !is_made_of(*parts.query, ":@/?", wide)) return false;
  if (parts.fragment && !is_made_of(*parts.fragment, ":@/?", wide)) return false;
  if (parts.scheme || parts.authority) return true;
  // A colon in the first segment would read as a scheme.
  return parts.path.substr(0, parts.path.find('/')).find(':') == std::string_view::npos;
}

bool is_variable_name(std::string_view text) {
  char before = '.';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (c == '.' ? before == '.' : !is_alnum(c) && c != '_') {
      return false;
    }
    before = c;
  }
  return before != '.';
}

bool is_variable(std::string_view text) {
  if (text.ends_with('*')) return is_variable_name(text.substr(0, text.size() - 1));
  const auto colon = text.find(':');
  if (!is_variable_name(text.substr(0, colon))) return false;
  if (colon == std::string_view::npos) return true;
  const auto length = text.substr(colon + 1);
  return !length.empty() && length.size() <= 4 && length[0] != '0' &&
         std::all_of(length.begin(), length.end(), is_digit);
}

bool is_expression(std::string_view text) {
  constexpr std::string_view kOperators = "+#./;?&=,!@|";
  if (!text.empty() && kOperators.find(text[0]) != std::string_view::npos) {
    // The last five are reserved for later, and so are errors (RFC 6570 section 2.2).
    if (kOperators.find(text[0]) >= 7) return false;
    text.remove_prefix(1);
  }
  for (const auto variable : split(text, ',')) {
    if (!is_variable(variable)) return false;
  }
  return true;
}

bool is_template_literal(char c) {
  constexpr std::string_view kForbidden = " \"<>\\^`{|}";
  return static_cast<unsigned char>(c) > 0x20 && c != 0x7F &&
         kForbidden.find(c) == std::string_view::npos;
}

}  // namespace

bool is_uri(std::string_view text) { return split_uri(text).scheme && is_reference(text, false); }
bool is_uri_reference(std::string_view text) { return is_reference(text, false); }
bool is_iri(std::string_view text) { return split_uri(text).scheme && is_reference(text, true); }
bool is_iri_reference(std::string_view text) { return is_reference(text, true); }

bool is_uri_template(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '{') {
      const auto end = text.find('}', i);
      if (end == std::string_view::npos || !is_expression(text.substr(i + 1, end - i - 1))) {
        return false;
      }
      i = end;
    } else if (text[i] == '%') {
      if (i + 2 >= text.size() || !is_hex(text[i + 1]) || !is_hex(text[i + 2])) return false;
      i += 2;
    } else if (!is_template_literal(text[i])) {
      return false;
    }
  }
  return true;
}

}  // namespace callosum::registry::schema
