#include "registry/schema/format.hpp"

#include "registry/schema/ascii.hpp"
#include "registry/schema/ecma_pattern.hpp"

namespace callosum::registry::schema {
namespace {

constexpr Format kFormats[] = {
    {"date", is_date, "YYYY-MM-DD"},
    {"time", is_time, "a time with its zone, as 14:30:00Z or 14:30:00+02:00"},
    {"date-time", is_date_time, "a date and time with its zone, as 2026-11-21T14:30:00Z"},
    {"duration", is_duration, "a duration as P1DT2H30M"},
    {"email", is_email, "an e-mail address"},
    {"idn-email", is_idn_email, "an e-mail address"},
    {"hostname", is_hostname, "a host name"},
    {"idn-hostname", is_idn_hostname, "a host name"},
    {"ipv4", is_ipv4, "an IPv4 address"},
    {"ipv6", is_ipv6, "an IPv6 address"},
    {"uri", is_uri, "an absolute URL"},
    {"uri-reference", is_uri_reference, "a URL"},
    {"iri", is_iri, "an absolute URL"},
    {"iri-reference", is_iri_reference, "a URL"},
    {"uri-template", is_uri_template, "a URL template"},
    {"uuid", is_uuid, "a UUID"},
    {"json-pointer", is_json_pointer, "a JSON Pointer"},
    {"relative-json-pointer", is_relative_json_pointer, "a relative JSON Pointer"},
    {"regex", is_regex, "a regular expression"},
};

}  // namespace

const Format* find_format(std::string_view name) {
  for (const auto& format : kFormats) {
    if (format.name == name) return &format;
  }
  return nullptr;
}

std::vector<std::string_view> format_names() {
  std::vector<std::string_view> names;
  for (const auto& format : kFormats) names.push_back(format.name);
  return names;
}

bool is_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (is_dash ? text[i] != '-' : !is_hex(text[i])) return false;
  }
  return true;
}

bool is_json_pointer(std::string_view text) {
  if (!text.empty() && text[0] != '/') return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '~') continue;
    if (i + 1 == text.size() || (text[i + 1] != '0' && text[i + 1] != '1')) return false;
  }
  return true;
}

bool is_relative_json_pointer(std::string_view text) {
  std::size_t digits = 0;
  while (digits < text.size() && is_digit(text[digits])) ++digits;
  if (digits == 0 || (digits > 1 && text[0] == '0')) return false;
  text.remove_prefix(digits);
  return text == "#" || is_json_pointer(text);
}

bool is_regex(std::string_view text) { return translate_ecma_pattern(text).has_value(); }

}  // namespace callosum::registry::schema
