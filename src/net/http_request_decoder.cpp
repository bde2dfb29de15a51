#include "net/http_request_decoder.hpp"

namespace callosum::net {

namespace {
constexpr std::size_t kMaxMethodBytes = 32;
}

HttpRequestDecoder::Step HttpRequestDecoder::refuse(HttpFault fault) {
  fault_ = fault;
  keeps_alive_ = false;
  return Step::fault;
}

HttpRequestDecoder::Step HttpRequestDecoder::feed(std::string& input) {
  if (fault_) return Step::fault;
  if (!body_) {
    const std::size_t end = scan_.find_end(input, limits_);
    if (scan_.fault()) return refuse(*scan_.fault());
    if (end == 0) return Step::need_head;
    parse_head(std::string_view(input).substr(0, end));
    if (fault_) return refuse(*fault_);
    input.erase(0, end);
  }
  input.erase(0, body_->feed(input, request_.body));
  if (body_->fault()) return refuse(*body_->fault());
  return body_->is_done() ? Step::done : Step::need_body;
}

void HttpRequestDecoder::parse_head(std::string_view head) {
  fault_ = parse_request_line(take_line(head));
  if (!fault_) fault_ = parse_fields(head, limits_.max_headers, request_.headers);
  if (!fault_) fault_ = check_host();
  if (!fault_) fault_ = read_expectation();
  if (fault_) return;
  const auto planned = plan_body(request_.headers, is_http_1_0_);
  fault_ = planned.fault;
  if (fault_) return;
  body_.emplace(planned.plan, limits_);
  fault_ = body_->fault();
  const auto connection = request_.headers.get("connection");
  keeps_alive_ = is_http_1_0_ ? has_list_token(connection, "keep-alive")
                              : !has_list_token(connection, "close");
}

std::optional<HttpFault> HttpRequestDecoder::parse_request_line(std::string_view line) {
  const auto first = line.find(' ');
  if (first == std::string_view::npos) return HttpFault{400, "request line malformed"};
  const auto second = line.find(' ', first + 1);
  if (second == std::string_view::npos) return HttpFault{400, "request line malformed"};
  const auto method = line.substr(0, first);
  const auto target = line.substr(first + 1, second - first - 1);
  const auto version = line.substr(second + 1);
  if (!is_http_token(method) || method.size() > kMaxMethodBytes) {
    return HttpFault{400, "method not allowed in a request"};
  }
  if (auto fault = check_target(method, target)) return fault;
  is_http_1_0_ = version == "HTTP/1.0";
  if (version != "HTTP/1.1" && !is_http_1_0_) {
    const bool is_other_version = version.size() == 8 && version.starts_with("HTTP/") &&
                                  version[5] >= '2' && version[5] <= '9' && version[6] == '.';
    return is_other_version ? HttpFault{505, "only version 1.1 of HTTP is spoken here"}
                            : HttpFault{400, "request line malformed"};
  }
  request_.method = method;
  request_.target = target;
  return std::nullopt;
}

std::optional<HttpFault> HttpRequestDecoder::check_host() const {
  const auto hosts = count_field(request_.headers, "host");
  if (hosts > 1) return HttpFault{400, "more than one Host"};
  if (hosts == 0) {
    if (is_http_1_0_) return std::nullopt;
    return HttpFault{400, "Host is missing"};
  }
  if (!is_http_host(request_.headers.get("host"))) return HttpFault{400, "Host is malformed"};
  return std::nullopt;
}

std::optional<HttpFault> HttpRequestDecoder::read_expectation() {
  if (!request_.headers.has("expect") || is_http_1_0_) return std::nullopt;
  if (!equal_ignoring_case(request_.headers.get("expect"), "100-continue")) {
    return HttpFault{417, "expectation not known"};
  }
  expects_continue_ = true;
  return std::nullopt;
}

}  // namespace callosum::net
