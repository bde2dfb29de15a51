#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace callosum::net {

/// Header fields in the order they came. Names compare without case.
class HttpFields {
 public:
  void set(std::string name, std::string value);  ///< replaces
  void add(std::string name, std::string value);
  /// The first value; empty when there is none.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
  const std::vector<std::pair<std::string, std::string>>& all() const { return fields_; }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct HttpRequest {
  std::string method = "GET";
  std::string target = "/";  ///< as sent: path and query
  HttpFields headers;
  std::string body;
  std::string peer;  ///< "127.0.0.1:5000", for logs and limits
  bool is_tls = false;
  bool is_loopback = false;  ///< the peer is this machine

  std::string_view path() const;
  /// The decoded value of a query parameter; empty when missing. The first, when given twice.
  std::string query(std::string_view name) const;
  std::vector<std::pair<std::string, std::string>> query_all() const;
};

/// For a query or a segment of a path: all but letters, digits, "-", ".", "_" and "~" as escapes
/// (RFC 3986 §2.3).
std::string encode_percent(std::string_view text);
/// A segment of a path (RFC 3986 §2.1). Nothing where an escape is broken.
std::optional<std::string> decode_percent(std::string_view text);

struct HttpResponse {
  int status = 200;
  HttpFields headers;
  std::string body;

  static HttpResponse json(int status, std::string body);
  static HttpResponse text(int status, std::string body);
};

}  // namespace callosum::net
