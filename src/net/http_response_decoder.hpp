#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http_body.hpp"

namespace callosum::net {

/// Takes one response out of bytes as they come; interim ones (1xx) but 101 are passed over. Pure.
class HttpResponseDecoder {
 public:
  enum class Step : std::uint8_t { need_more, done, fault };

  HttpResponseDecoder(const HttpLimits& limits, bool answers_head)
      : limits_(limits), answers_head_(answers_head) {}

  /// Removes from the front of `input` what it has dealt with.
  Step feed(std::string& input);
  /// The connection ended: `done` when that is how this body ends.
  Step end_of_stream();

  HttpResponse& response() { return response_; }
  /// Of a response that is done: whether another may follow it on its connection.
  bool keeps_alive() const;
  /// Status 413 here means that a cap was broken, anything else that it was malformed.
  const HttpFault& fault() const { return *fault_; }

 private:
  void parse_head(std::string_view head);
  std::optional<HttpFault> parse_status_line(std::string_view line);
  BodyPlanOrFault plan() const;

  HttpLimits limits_;
  HttpResponse response_;
  HeadScan scan_;
  std::optional<HttpBodyDecoder> body_;
  std::optional<HttpFault> fault_;
  std::size_t interim_ = 0;
  bool answers_head_;
  bool is_http_1_0_ = false;
  bool ended_by_close_ = false;
};

}  // namespace callosum::net
