#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http_body.hpp"

namespace callosum::net {

/// Takes one request out of bytes as they come. Pure: no sockets, no clock. Strict (RFC 9112): what
/// two readers could read in two ways is a fault.
class HttpRequestDecoder {
 public:
  enum class Step : std::uint8_t { need_head, need_body, done, fault };

  explicit HttpRequestDecoder(const HttpLimits& limits) : limits_(limits) {}

  /// Removes from the front of `input` what it has dealt with; what is behind the request stays.
  Step feed(std::string& input);

  HttpRequest& request() { return request_; }
  const HttpFault& fault() const { return *fault_; }
  bool has_head() const { return body_.has_value(); }
  bool keeps_alive() const { return keeps_alive_; }
  /// The client waits for "100 Continue" before it sends the body.
  bool expects_continue() const { return expects_continue_; }
  bool wants_upgrade() const { return request_.headers.has("upgrade"); }
  bool is_http_1_0() const { return is_http_1_0_; }

 private:
  void parse_head(std::string_view head);
  std::optional<HttpFault> parse_request_line(std::string_view line);
  std::optional<HttpFault> check_host() const;
  std::optional<HttpFault> read_expectation();
  Step refuse(HttpFault fault);

  HttpLimits limits_;
  HttpRequest request_;
  HeadScan scan_;
  std::optional<HttpBodyDecoder> body_;
  std::optional<HttpFault> fault_;
  bool keeps_alive_ = false;
  bool expects_continue_ = false;
  bool is_http_1_0_ = false;
};

}  // namespace callosum::net
