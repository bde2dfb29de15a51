#include "net/http_response_decoder.hpp"

#include <algorithm>

namespace callosum::net {

namespace {
constexpr std::size_t kMaxInterim = 16;
}

HttpResponseDecoder::Step HttpResponseDecoder::feed(std::string& input) {
  while (!fault_ && !body_) {
    const std::size_t end = scan_.find_end(input, limits_);
    fault_ = scan_.fault();
    if (fault_) break;
    if (end == 0) return Step::need_more;
    parse_head(std::string_view(input).substr(0, end));
    input.erase(0, end);
    scan_ = HeadScan();
  }
  if (fault_) return Step::fault;
  input.erase(0, body_->feed(input, response_.body));
  fault_ = body_->fault();
  if (fault_) return Step::fault;
  return body_->is_done() ? Step::done : Step::need_more;
}

HttpResponseDecoder::Step HttpResponseDecoder::end_of_stream() {
  ended_by_close_ = true;
  if (body_) body_->end_of_stream();
  if (body_ && body_->is_done()) return Step::done;
  fault_ = HttpFault{400, "the connection ended in the middle of the response"};
  return Step::fault;
}

bool HttpResponseDecoder::keeps_alive() const {
  const bool ends_by_itself = !ended_by_close_ && !is_http_1_0_ && response_.status >= 200;
  const auto& fields = response_.headers.all();
  return ends_by_itself && std::none_of(fields.begin(), fields.end(), [](const auto& field) {
           return equal_ignoring_case(field.first, "connection") &&
                  has_list_token(field.second, "close");
         });
}

void HttpResponseDecoder::parse_head(std::string_view head) {
  response_ = HttpResponse();
  fault_ = parse_status_line(take_line(head));
  if (!fault_) fault_ = parse_fields(head, limits_.max_headers, response_.headers);
  if (fault_) return;
  if (response_.status < 200 && response_.status != 101) {
    if (++interim_ > kMaxInterim) fault_ = HttpFault{400, "too many interim responses"};
    return;
  }
  const auto planned = plan();
  fault_ = planned.fault;
  if (fault_) return;
  body_.emplace(planned.plan, limits_);
  fault_ = body_->fault();
}

std::optional<HttpFault> HttpResponseDecoder::parse_status_line(std::string_view line) {
  is_http_1_0_ = line.starts_with("HTTP/1.0 ");
  const bool is_known = is_http_1_0_ || line.starts_with("HTTP/1.1 ");
  constexpr std::size_t kStatusAt = 9;
  if (!is_known || line.size() < kStatusAt + 3) return HttpFault{400, "status line malformed"};
  int status = 0;
  for (const char c : line.substr(kStatusAt, 3)) {
    if (c < '0' || c > '9') return HttpFault{400, "status line malformed"};
    status = status * 10 + (c - '0');
  }
  const bool ends_well = line.size() == kStatusAt + 3 || line[kStatusAt + 3] == ' ';
  if (!ends_well || status < 100) return HttpFault{400, "status line malformed"};
  response_.status = status;
  return std::nullopt;
}

BodyPlanOrFault HttpResponseDecoder::plan() const {
  const int status = response_.status;
  if (answers_head_ || status == 101 || status == 204 || status == 304) return {};
  auto planned = plan_body(response_.headers, is_http_1_0_);
  if (!planned.fault && planned.plan.kind == BodyPlan::Kind::none) {
    planned.plan.kind = BodyPlan::Kind::until_close;
  }
  return planned;
}

}  // namespace callosum::net
