#pragma once

#include <string_view>
#include <vector>

namespace callosum::registry::schema {

/// A `format` of JSON Schema: how it is checked, and what a caller is told to send.
struct Format {
  std::string_view name;
  bool (*is_valid)(std::string_view text);
  std::string_view expected;  ///< "YYYY-MM-DD"
};

/// Null: not a format we know, and so one that accepts everything.
const Format* find_format(std::string_view name);
std::vector<std::string_view> format_names();

// RFC 3339 and, for durations, its appendix A.
bool is_date(std::string_view text);
bool is_time(std::string_view text);
bool is_date_time(std::string_view text);
bool is_duration(std::string_view text);

bool is_email(std::string_view text);
bool is_idn_email(std::string_view text);
bool is_hostname(std::string_view text);
bool is_idn_hostname(std::string_view text);
bool is_ipv4(std::string_view text);
bool is_ipv6(std::string_view text);

// RFC 3986, 3987 and 6570.
bool is_uri(std::string_view text);
bool is_uri_reference(std::string_view text);
bool is_iri(std::string_view text);
bool is_iri_reference(std::string_view text);
bool is_uri_template(std::string_view text);

bool is_uuid(std::string_view text);
bool is_json_pointer(std::string_view text);
bool is_relative_json_pointer(std::string_view text);
bool is_regex(std::string_view text);

}  // namespace callosum::registry::schema
