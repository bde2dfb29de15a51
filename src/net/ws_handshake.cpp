#include "net/ws_handshake.hpp"

#include <algorithm>
#include <array>
#include <openssl/evp.h>

#include "base/encoding.hpp"
#include "base/text.hpp"
#include "net/http_syntax.hpp"

namespace callosum::net {

namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

HttpResponse refuse(int status, std::string_view why) {
  return HttpResponse::json(status, std::string(R"({"error":{"message":")") + std::string(why) +
                                        R"(","type":"invalid_request_error"}})");
}

/// All the values of a list field that may also come as several fields.
bool has_token(const HttpFields& fields, std::string_view name, std::string_view token) {
  return std::any_of(fields.all().begin(), fields.all().end(), [&](const auto& field) {
    return equal_ignoring_case(field.first, name) && has_list_token(field.second, token);
  });
}

}  // namespace

std::string ws_accept(std::string_view key) {
  const std::string text = std::string(key) + std::string(kGuid);
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha1(), nullptr);
  return encode_base64({digest.data(), size});
}

std::string make_ws_key(Random& random) {
  std::array<std::uint8_t, 16> bytes{};
  random.fill(bytes);
  return encode_base64(bytes);
}

bool asks_for_websocket(const HttpRequest& request) {
  return has_token(request.headers, "upgrade", "websocket");
}

std::optional<HttpResponse> check_upgrade(const HttpRequest& request, bool is_http_1_0) {
  const auto& fields = request.headers;
  if (request.method != "GET" || is_http_1_0) return refuse(400, "a WebSocket begins with GET");
  if (!has_token(fields, "connection", "upgrade"))
    return refuse(400, "Connection: Upgrade is missing");
  if (count_field(fields, "sec-websocket-version") != 1 ||
      fields.get("sec-websocket-version") != "13") {
    auto response = refuse(426, "only WebSocket version 13 is spoken here");
    response.headers.set("Sec-WebSocket-Version", "13");
    response.headers.set("Upgrade", "websocket");
    return response;
  }
  std::vector<std::uint8_t> key;
  if (count_field(fields, "sec-websocket-key") != 1 ||
      !decode_base64(fields.get("sec-websocket-key"), key) || key.size() != 16) {
    return refuse(400, "Sec-WebSocket-Key must be 16 bytes as base64");
  }
  if (fields.has("content-length") || fields.has("transfer-encoding")) {
    return refuse(400, "a request to upgrade has no body");
  }
  return std::nullopt;
}

std::vector<std::string> offered_subprotocols(const HttpRequest& request) {
  std::vector<std::string> offered;
  for (const auto& [name, value] : request.headers.all()) {
    if (!equal_ignoring_case(name, "sec-websocket-protocol")) continue;
    for (const auto item : split(value, ',')) {
      if (!trim(item).empty()) offered.emplace_back(trim(item));
    }
  }
  return offered;
}

HttpResponse accept_upgrade(const HttpRequest& request, const std::string& subprotocol) {
  HttpResponse response;
  response.status = 101;
  response.headers.set("Upgrade", "websocket");
  response.headers.set("Sec-WebSocket-Accept", ws_accept(request.headers.get("sec-websocket-key")));
  const auto offered = offered_subprotocols(request);
  if (std::find(offered.begin(), offered.end(), subprotocol) != offered.end()) {
    response.headers.set("Sec-WebSocket-Protocol", subprotocol);
  }
  return response;
}

HttpRequest make_upgrade(const Url& url, const WsConnectOptions& options, const std::string& key) {
  HttpRequest request;
  request.target = url.target;
  request.headers = options.headers;
  request.headers.set("Upgrade", "websocket");
  request.headers.set("Sec-WebSocket-Version", "13");
  request.headers.set("Sec-WebSocket-Key", key);
  if (!options.subprotocols.empty()) {
    request.headers.set("Sec-WebSocket-Protocol", join(options.subprotocols, ", "));
  }
  return request;
}

Result<std::string> check_accepted(const HttpResponse& response, std::string_view key,
                                   const std::vector<std::string>& offered) {
  const auto& fields = response.headers;
  if (!has_token(fields, "upgrade", "websocket") || !has_token(fields, "connection", "upgrade")) {
    return fail(ErrorType::permanent, "the server switched to something that is no WebSocket");
  }
  if (fields.get("sec-websocket-accept") != ws_accept(key)) {
    return fail(ErrorType::permanent, "the server answered another WebSocket handshake");
  }
  if (fields.has("sec-websocket-extensions")) {
    return fail(ErrorType::permanent, "the server chose an extension that was not offered");
  }
  const std::string chosen(fields.get("sec-websocket-protocol"));
  if (!chosen.empty() && std::find(offered.begin(), offered.end(), chosen) == offered.end()) {
    return fail(ErrorType::permanent, "the server chose a subprotocol that was not offered");
  }
  return chosen;
}

}  // namespace callosum::net
