#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "net/http.hpp"

namespace callosum::net {

struct ResponseFraming {
  bool keeps_alive = true;
  bool is_head = false;      ///< the answer to HEAD: every field, no body
  bool is_http_1_0 = false;  ///< where staying must be said
};

std::string_view reason_phrase(int status);

/// The whole response. Framing fields (Content-Length, Connection, Date …) are ours, whatever the
/// handler set. A field that could split the response makes it a 500.
std::string encode_response(const HttpResponse& response, const ResponseFraming& framing,
                            WallTime now);

/// Whether method, target and fields may go on the wire as they are.
bool is_encodable(const HttpRequest& request);
/// The whole request, to `host` ("example.com:8080"), asking to close after it unless it upgrades.
std::string encode_request(const HttpRequest& request, std::string_view host,
                           bool keeps_alive = false);

}  // namespace callosum::net
