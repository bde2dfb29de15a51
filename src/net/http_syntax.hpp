#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "net/http.hpp"

namespace callosum::net {

/// Why a message is refused: the status to answer with, and a literal for people.
struct HttpFault {
  int status = 400;
  std::string_view reason;
};

struct HttpLimits {
  std::size_t max_header_bytes = 16 * 1024;
  std::size_t max_headers = 100;
  std::size_t max_body_bytes = 1 << 20;
};

constexpr std::size_t kMaxTargetBytes = 8 * 1024;

bool is_http_token(std::string_view text);   ///< RFC 9110 §5.6.2, not empty
bool is_field_value(std::string_view text);  ///< no control characters but tabs
/// Host as it may stand in the field: name, address or [IPv6], with or without a port.
bool is_http_host(std::string_view text);
/// What an origin server takes: a path in its one spelling, or `*` for OPTIONS.
std::optional<HttpFault> check_target(std::string_view method, std::string_view target);
/// Whether a comma separated field holds `token`, whatever its case.
bool has_list_token(std::string_view list, std::string_view token);
bool equal_ignoring_case(std::string_view a, std::string_view b);
/// The values of a field, in order; a request may not hide a second one behind the first.
std::size_t count_field(const HttpFields& fields, std::string_view name);

/// Looks for the blank line that ends a head. Remembers how far it got.
class HeadScan {
 public:
  /// The length of the head with its blank line; 0: not all here. Faults as soon as a byte cannot
  /// belong to any head: control characters, a CR or LF without the other.
  std::size_t find_end(std::string_view bytes, const HttpLimits& limits);
  const std::optional<HttpFault>& fault() const { return fault_; }

 private:
  std::optional<HttpFault> fault_;
  std::size_t at_ = 0;
  std::size_t line_begin_ = 0;
  bool is_first_line_ = true;
};

/// Takes the first line (without CRLF) off the front of a head.
std::string_view take_line(std::string_view& head);
/// Field lines up to the blank one, strictly: no folding, no space before the colon.
std::optional<HttpFault> parse_fields(std::string_view lines, std::size_t max_headers,
                                      HttpFields& fields);

}  // namespace callosum::net
