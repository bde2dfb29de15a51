#include "net/http_encode.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>

#include "net/http_syntax.hpp"

namespace callosum::net {

namespace {

struct Reason {
  int status;
  std::string_view phrase;
};

constexpr Reason kReasons[] = {
    {101, "Switching Protocols"},
    {200, "OK"},
    {201, "Created"},
    {202, "Accepted"},
    {204, "No Content"},
    {301, "Moved Permanently"},
    {302, "Found"},
    {303, "See Other"},
    {304, "Not Modified"},
    {307, "Temporary Redirect"},
    {308, "Permanent Redirect"},
    {400, "Bad Request"},
    {401, "Unauthorized"},
    {403, "Forbidden"},
    {404, "Not Found"},
    {405, "Method Not Allowed"},
    {406, "Not Acceptable"},
    {408, "Request Timeout"},
    {409, "Conflict"},
    {410, "Gone"},
    {411, "Length Required"},
    {413, "Content Too Large"},
    {414, "URI Too Long"},
    {415, "Unsupported Media Type"},
    {417, "Expectation Failed"},
    {422, "Unprocessable Content"},
    {426, "Upgrade Required"},
    {428, "Precondition Required"},
    {429, "Too Many Requests"},
    {431, "Request Header Fields Too Large"},
    {499, "Client Closed Request"},
    {500, "Internal Server Error"},
    {501, "Not Implemented"},
    {502, "Bad Gateway"},
    {503, "Service Unavailable"},
    {504, "Gateway Timeout"},
    {505, "HTTP Version Not Supported"},
};

constexpr std::string_view kOurFields[] = {"content-length", "transfer-encoding", "connection",
                                           "keep-alive", "date"};

bool is_ours(std::string_view name) {
  return std::any_of(std::begin(kOurFields), std::end(kOurFields),
                     [&](std::string_view ours) { return equal_ignoring_case(ours, name); });
}

bool are_encodable(const HttpFields& fields) {
  return std::all_of(fields.all().begin(), fields.all().end(), [](const auto& field) {
    return is_http_token(field.first) && is_field_value(field.second);
  });
}

void append_field(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

/// RFC 9110 §5.6.7; independent of the process's locale.
std::string http_date(WallTime now) {
  constexpr const char* kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr const char* kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t seconds = std::chrono::system_clock::to_time_t(now);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 64> text{};
  const int size = std::snprintf(text.data(), text.size(), "%s, %02d %s %04d %02d:%02d:%02d GMT",
                                 kDays[parts.tm_wday], parts.tm_mday, kMonths[parts.tm_mon],
                                 parts.tm_year + 1900, parts.tm_hour, parts.tm_min, parts.tm_sec);
  return std::string(text.data(), static_cast<std::size_t>(size));
}

/// RFC 9110 §7.6.1; whoever sends Upgrade names it here too (§7.8), a 426 as well as a 101.
std::string connection_options(const HttpResponse& response, const ResponseFraming& framing) {
  std::string out;
  if (response.status != 101) {
    if (!framing.keeps_alive) {
      out = "close";
    } else if (framing.is_http_1_0) {
      out = "keep-alive";
    }
  }
  if (response.headers.has("upgrade")) out += out.empty() ? "Upgrade" : ", Upgrade";
  return out;
}

}  // namespace

std::string_view reason_phrase(int status) {
  for (const auto& reason : kReasons) {
    if (reason.status == status) return reason.phrase;
  }
  return "Unknown";
}

std::string encode_response(const HttpResponse& response, const ResponseFraming& framing,
                            WallTime now) {
  if (!are_encodable(response.headers) || response.status < 100 || response.status > 999) {
    const std::string body = R"({"error":{"message":"internal error","type":"server_error"}})";
    return encode_response(HttpResponse::json(500, body), framing, now);
  }
  std::string out;
  out.reserve(256 + response.body.size());
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason_phrase(response.status)).append("\r\n");
  const bool is_upgrade = response.status == 101;
  for (const auto& [name, value] : response.headers.all()) {
    if (!is_ours(name)) append_field(out, name, value);
  }
  append_field(out, "Date", http_date(now));
  const bool has_no_body = is_upgrade || response.status == 204 || response.status == 304;
  if (!has_no_body) append_field(out, "Content-Length", std::to_string(response.body.size()));
  const auto connection = connection_options(response, framing);
  if (!connection.empty()) append_field(out, "Connection", connection);
  out.append("\r\n");
  if (!has_no_body && !framing.is_head) out.append(response.body);
  return out;
}

bool is_encodable(const HttpRequest& request) {
  return is_http_token(request.method) && !check_target(request.method, request.target) &&
         are_encodable(request.headers);
}

std::string encode_request(const HttpRequest& request, std::string_view host, bool keeps_alive) {
  const bool is_upgrade = request.headers.has("upgrade");
  std::string out;
  out.reserve(256 + request.body.size());
  out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  append_field(out, "Host", host);
  for (const auto& [name, value] : request.headers.all()) {
    if (!is_ours(name) && !equal_ignoring_case(name, "host")) append_field(out, name, value);
  }
  if (!keeps_alive) append_field(out, "Connection", is_upgrade ? "Upgrade" : "close");
  const bool may_have_body =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (may_have_body || !request.body.empty()) {
    append_field(out, "Content-Length", std::to_string(request.body.size()));
  }
  out.append("\r\n").append(request.body);
  return out;
}

}  // namespace callosum::net
