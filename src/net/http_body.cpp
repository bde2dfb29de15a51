#include "net/http_body.hpp"

#include <algorithm>
#include <charconv>

namespace callosum::net {

namespace {

constexpr std::size_t kMaxSizeLineBytes = 256;
constexpr std::size_t kMaxSizeDigits = 15;

BodyPlanOrFault refuse(std::string_view reason) { return {{}, HttpFault{400, reason}}; }

template <class T>
bool parse_number(std::string_view text, int base, std::size_t max_digits, T& out) {
  if (text.empty() || text.size() > max_digits) return false;
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, out, base);
  return error == std::errc() && stopped == end && text.front() != '-';
}

}  // namespace

BodyPlanOrFault plan_body(const HttpFields& fields, bool is_http_1_0) {
  const auto lengths = count_field(fields, "content-length");
  const auto codings = count_field(fields, "transfer-encoding");
  if (lengths > 1) return refuse("more than one Content-Length");
  if (codings > 1) return refuse("more than one Transfer-Encoding");
  if (codings == 1) {
    if (lengths == 1) return refuse("both Content-Length and Transfer-Encoding");
    if (is_http_1_0) return refuse("Transfer-Encoding in HTTP/1.0");
    if (!equal_ignoring_case(fields.get("transfer-encoding"), "chunked")) {
      return refuse("only chunked is understood as Transfer-Encoding");
    }
    return {{BodyPlan::Kind::chunked, 0}, std::nullopt};
  }
  if (lengths == 0) return {};
  BodyPlan plan{BodyPlan::Kind::length, 0};
  constexpr std::size_t kMaxDigits = 18;  // far beyond any cap, and no overflow
  if (!parse_number(fields.get("content-length"), 10, kMaxDigits, plan.length)) {
    return refuse("Content-Length is not a number");
  }
  return {plan, std::nullopt};
}

HttpBodyDecoder::HttpBodyDecoder(BodyPlan plan, const HttpLimits& limits)
    : limits_(limits), left_(plan.length), kind_(plan.kind) {
  if (kind_ == BodyPlan::Kind::chunked) state_ = State::chunk_size;
  if (kind_ == BodyPlan::Kind::until_close) left_ = UINT64_MAX;
  if (kind_ == BodyPlan::Kind::none || (kind_ == BodyPlan::Kind::length && left_ == 0)) {
    state_ = State::done;
  }
  if (kind_ == BodyPlan::Kind::length && left_ > limits_.max_body_bytes) {
    fail(413, "body too big");
  }
}

std::size_t HttpBodyDecoder::fail(int status, std::string_view reason) {
  if (!fault_) fault_ = HttpFault{status, reason};
  return 0;
}

void HttpBodyDecoder::end_of_stream() {
  if (kind_ == BodyPlan::Kind::until_close) state_ = State::done;
}

std::size_t HttpBodyDecoder::feed(std::string_view bytes, std::string& body) {
  std::size_t used = 0;
  while (!fault_ && state_ != State::done) {
    const auto rest = bytes.substr(used);
    std::size_t step = 0;
    switch (state_) {
      case State::bytes:
        step = take_bytes(rest, body);
        break;
      case State::chunk_size:
        step = take_size_line(rest, body);
        break;
      case State::chunk_end:
        step = take_chunk_end(rest);
        break;
      case State::trailer:
        step = take_trailer(rest);
        break;
      case State::done:
        break;
    }
    if (step == 0) break;
    used += step;
  }
  return used;
}

std::size_t HttpBodyDecoder::take_bytes(std::string_view bytes, std::string& body) {
  const auto step = static_cast<std::size_t>(std::min<std::uint64_t>(left_, bytes.size()));
  if (step > limits_.max_body_bytes - std::min(body.size(), limits_.max_body_bytes)) {
    return fail(413, "body too big");
  }
  body.append(bytes.substr(0, step));
  left_ -= step;
  if (left_ == 0) state_ = kind_ == BodyPlan::Kind::chunked ? State::chunk_end : State::done;
  return step;
}

std::size_t HttpBodyDecoder::take_size_line(std::string_view bytes, const std::string& body) {
  const auto end = bytes.find('\n');
  if (end == std::string_view::npos) {
    return bytes.size() > kMaxSizeLineBytes ? fail(400, "chunk size line too long") : 0;
  }
  if (end == 0 || end > kMaxSizeLineBytes || bytes[end - 1] != '\r') {
    return fail(400, "chunk size line malformed");
  }
  const auto line = bytes.substr(0, end - 1);
  const auto semicolon = std::min(line.find(';'), line.size());
  if (!parse_number(line.substr(0, semicolon), 16, kMaxSizeDigits, left_)) {
    return fail(400, "chunk size is not a number");
  }
  if (!is_field_value(line.substr(semicolon))) return fail(400, "chunk extension malformed");
  if (left_ > limits_.max_body_bytes || body.size() + left_ > limits_.max_body_bytes) {
    return fail(413, "body too big");
  }
  overhead_bytes_ += end + 1;
  // One byte a chunk is six on the wire: allowed, but not without end.
  if (overhead_bytes_ > limits_.max_header_bytes + limits_.max_body_bytes / 2) {
    return fail(400, "more chunk sizes than content");
  }
  state_ = left_ == 0 ? State::trailer : State::bytes;
  return end + 1;
}

std::size_t HttpBodyDecoder::take_chunk_end(std::string_view bytes) {
  if (!bytes.empty() && bytes[0] != '\r') return fail(400, "chunk longer than its size");
  if (bytes.size() < 2) return 0;
  if (bytes[1] != '\n') return fail(400, "chunk longer than its size");
  state_ = State::chunk_size;
  return 2;
}

std::size_t HttpBodyDecoder::take_trailer(std::string_view bytes) {
  const auto end = bytes.find('\n');
  const std::size_t size = end == std::string_view::npos ? bytes.size() : end + 1;
  if (trailer_bytes_ + size > limits_.max_header_bytes) return fail(431, "trailer too long");
  if (end == std::string_view::npos) return 0;
  if (end == 0 || bytes[end - 1] != '\r') return fail(400, "trailer line malformed");
  trailer_bytes_ += size;
  const auto line = bytes.substr(0, end - 1);
  if (line.empty()) {
    state_ = State::done;
    return size;
  }
  HttpFields ignored;  // a trailer may not change what was already decided: checked and forgotten
  if (const auto fault = parse_fields(bytes.substr(0, size), 1, ignored)) {
    return fail(fault->status, fault->reason);
  }
  return size;
}

}  // namespace callosum::net
