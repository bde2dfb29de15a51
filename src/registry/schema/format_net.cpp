#include <algorithm>

#include "base/text.hpp"
#include "registry/schema/ascii.hpp"
#include "registry/schema/format.hpp"

namespace callosum::registry::schema {
namespace {

constexpr std::size_t kMaxHost = 253;
constexpr std::size_t kMaxLabel = 63;
constexpr std::size_t kMaxLocalPart = 64;

bool is_octet(std::string_view text) {
  if (text.empty() || text.size() > 3 || !std::all_of(text.begin(), text.end(), is_digit)) {
    return false;
  }
  if (text.size() > 1 && text[0] == '0') return false;
  int value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return value <= 255;
}

bool is_label(std::string_view text) {
  if (text.empty() || text.size() > kMaxLabel) return false;
  if (text.front() == '-' || text.back() == '-') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return is_alnum(c) || c == '-'; });
}

bool is_atom_character(char c, bool wide) {
  constexpr std::string_view kAlso = "!#$%&'*+-/=?^_`{|}~";
  if (static_cast<unsigned char>(c) >= 0x80) return wide;
  return is_alnum(c) || kAlso.find(c) != std::string_view::npos;
}

bool is_dotted_atoms(std::string_view text, bool wide) {
  char before = '.';
  for (const char c : text) {
    if (c == '.' ? before == '.' : !is_atom_character(c, wide)) return false;
    before = c;
  }
  return before != '.';
}

bool is_quoted(std::string_view text, bool wide) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return false;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7F || c == '"' || (c >= 0x80 && !wide)) return false;
    if (c == '\\' && ++i == text.size()) return false;
  }
  return true;
}

bool is_mail_domain(std::string_view text, bool wide) {
  if (text.starts_with('[') && text.ends_with(']')) {
    text = text.substr(1, text.size() - 2);
    return text.starts_with("IPv6:") ? is_ipv6(text.substr(5)) : is_ipv4(text);
  }
  return wide ? is_idn_hostname(text) : is_hostname(text);
}

bool is_mail(std::string_view text, bool wide) {
  const auto at = text.rfind('@');
  if (at == std::string_view::npos || at == 0 || at > kMaxLocalPart) return false;
  const auto local = text.substr(0, at);
  return (is_dotted_atoms(local, wide) || is_quoted(local, wide)) &&
         is_mail_domain(text.substr(at + 1), wide);
}

bool is_group(std::string_view text) {
  return !text.empty() && text.size() <= 4 && std::all_of(text.begin(), text.end(), is_hex);
}

/// Groups of 16 bits in "a:b:1.2.3.4", or -1. Only the end of an address may hold an IPv4 part.
int count_groups(std::string_view text, bool may_end_in_ipv4) {
  if (text.empty()) return 0;
  int groups = 0;
  const auto parts = split(text, ':');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (is_group(parts[i])) {
      ++groups;
    } else if (may_end_in_ipv4 && i + 1 == parts.size() && is_ipv4(parts[i])) {
      groups += 2;
    } else {
      return -1;
    }
  }
  return groups;
}

}  // namespace

bool is_ipv4(std::string_view text) {
  int octets = 0;
  while (true) {
    const auto dot = text.find('.');
    if (!is_octet(text.substr(0, dot))) return false;
    ++octets;
    if (dot == std::string_view::npos) return octets == 4;
    text.remove_prefix(dot + 1);
  }
}

bool is_ipv6(std::string_view text) {
  if (text.size() > 45) return false;
  const auto gap = text.find("::");
  if (gap == std::string_view::npos) return count_groups(text, true) == 8;
  const int before = count_groups(text.substr(0, gap), false);
  const int after = count_groups(text.substr(gap + 2), true);
  return before >= 0 && after >= 0 && before + after <= 7;
}

bool is_hostname(std::string_view text) {
  if (text.empty() || text.size() > kMaxHost) return false;
  bool is_plain = true;
  for (const auto label : split(text, '.')) {
    if (!is_label(label)) return false;
    is_plain = is_plain && label.substr(2 <= label.size() ? 2 : 0, 2) != "--";
  }
  if (is_plain) return true;
  // "xn--" labels must be Punycode of something that may stand there.
  const auto folded = to_lower_ascii(text);
  return folded.find("xn--") == std::string::npos || is_idn_hostname(text);
}

bool is_email(std::string_view text) { return is_mail(text, false); }

bool is_idn_email(std::string_view text) { return is_mail(text, true); }

}  // namespace callosum::registry::schema
