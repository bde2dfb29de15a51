// What goes over the wire below the events, as files (tests/fixtures/net): HTTP heads as they are,
// frames in hexadecimal.
#include "golden.hpp"

#include <cstring>
#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "net/connect.hpp"
#include "net/http_encode.hpp"
#include "net/ws_codec.hpp"
#include "net/ws_handshake.hpp"

namespace callosum::net {
namespace {

using testing::matches_golden;

constexpr const char* kKey = "dGhlIHNhbXBsZSBub25jZQ==";  // RFC 6455 §1.3
const WallTime kNow{std::chrono::seconds(1'795'000'000)};

HttpRequest handshake() {
  WsConnectOptions options;
  options.headers.set("Authorization", "Bearer sk-test");
  options.headers.set("User-Agent", "callosum");
  options.subprotocols = {"realtime", "example-extra.1"};
  const auto url = parse_url("wss://voice.example/v1/realtime?model=a%20b");
  return make_upgrade(url.value(), options, kKey);
}

std::string encode_to(const HttpRequest& request, std::string_view url) {
  EXPECT_TRUE(is_encodable(request));
  return encode_request(request, host_field(parse_url(url).value()));
}

TEST(GoldenHttp, Requests) {
  HttpRequest get;
  get.target = "/healthz";
  HttpRequest post;
  post.method = "POST";
  post.target = "/v1/chat/completions";
  post.headers.set("Content-Type", "application/json");
  post.headers.set("Content-Length", "999");  // ours to say
  post.body = R"({"model":"tiny"})";

  EXPECT_TRUE(
      matches_golden(encode_to(handshake(), "wss://voice.example/"), "net/request-handshake.http"));
  EXPECT_TRUE(matches_golden(encode_to(handshake(), "ws://[::1]:8080/"),
                             "net/request-handshake_ipv6.http"));
  EXPECT_TRUE(matches_golden(encode_to(get, "http://127.0.0.1:9090/"), "net/request-get.http"));
  EXPECT_TRUE(matches_golden(encode_to(post, "https://model.example/"), "net/request-post.http"));
}

TEST(GoldenHttp, Responses) {
  const auto body = HttpResponse::json(200, R"({"ok":true})");
  auto split = body;
  split.headers.set("X-Note", "a\r\nSet-Cookie: b");
  HttpResponse empty;
  empty.status = 204;
  auto old = handshake();
  old.headers.set("Connection", "Upgrade");
  old.headers.set("Sec-WebSocket-Version", "8");
  const auto refusal = check_upgrade(old, false);
  ASSERT_TRUE(refusal);

  const auto expect = [](const HttpResponse& response, const ResponseFraming& framing,
                         const std::string& name) {
    EXPECT_TRUE(
        matches_golden(encode_response(response, framing, kNow), "net/response-" + name + ".http"));
  };
  expect(accept_upgrade(handshake(), "realtime"), {}, "handshake");
  expect(accept_upgrade(handshake(), "never-offered"), {}, "handshake_no_subprotocol");
  expect(*refusal, {.keeps_alive = false}, "handshake_refused");
  expect(body, {}, "json");
  expect(body, {.is_head = true}, "head");
  expect(body, {.keeps_alive = false}, "close");
  expect(body, {.is_http_1_0 = true}, "http_1_0");
  expect(empty, {}, "no_content");
  expect(split, {}, "split_refused");
}

struct Frame {
  WsOpcode opcode;
  const char* name;
  std::size_t payload_bytes;
};

std::string hex(std::string_view bytes) {
  std::vector<std::uint8_t> raw(bytes.begin(), bytes.end());
  return encode_hex(raw);
}

std::string payload_of(const Frame& frame) {
  if (frame.opcode == WsOpcode::close) {
    return frame.payload_bytes < 2
               ? ""
               : encode_ws_close(1000, std::string(frame.payload_bytes - 2, 'b'));
  }
  std::string payload;
  for (std::size_t i = 0; i < frame.payload_bytes; ++i) {
    payload += static_cast<char>('a' + i % 26);
  }
  return payload;
}

std::string encode(const Frame& frame, const std::optional<WsMaskKey>& key) {
  const auto payload = payload_of(frame);
  std::array<char, kMaxWsHeaderBytes> header{};
  const auto size = encode_ws_header(frame.opcode, payload.size(), key, header);
  std::string bytes(header.data(), size);
  bytes.resize(size + payload.size());
  if (key) {
    mask_ws(payload.data(), bytes.data() + size, payload.size(), *key);
  } else {
    std::memcpy(bytes.data() + size, payload.data(), payload.size());
  }
  return bytes;
}

/// The whole frame, or of a long one both ends.
std::string shown(const std::string& bytes) {
  constexpr std::size_t kEnd = 24;
  if (bytes.size() <= 2 * kEnd) return hex(bytes);
  return hex(bytes.substr(0, kEnd)) + "..." + hex(bytes.substr(bytes.size() - kEnd));
}

void expect_to_be_read(const Frame& frame, std::string bytes, WsRole reader) {
  const WsLimits limits;
  WsDecoder decoder(reader, limits);
  const auto whole = bytes.size();

  const auto event = decoder.next({bytes.data(), bytes.size()});

  EXPECT_EQ(event.consumed, whole) << frame.name << " " << frame.payload_bytes;
  const auto payload = payload_of(frame);
  const bool is_close = frame.opcode == WsOpcode::close && !payload.empty();
  EXPECT_EQ(event.data, is_close ? payload.substr(2) : payload) << frame.name;
}

TEST(GoldenFrames, OfEveryOpcodeAndLengthBareAndMasked) {
  const WsMaskKey key{'\x12', '\x34', '\x56', '\x78'};
  std::string text;
  for (const auto& [opcode, name] : {std::pair{WsOpcode::text, "text"},
                                     {WsOpcode::binary, "binary"},
                                     {WsOpcode::close, "close"},
                                     {WsOpcode::ping, "ping"},
                                     {WsOpcode::pong, "pong"}}) {
    for (const std::size_t size : {0, 5, 125, 126, 65'535, 65'536}) {
      const Frame frame{opcode, name, size};
      if (static_cast<int>(opcode) >= 8 && size > kMaxWsControlBytes) continue;
      const auto bare = encode(frame, std::nullopt);
      const auto masked = encode(frame, key);
      expect_to_be_read(frame, bare, WsRole::client);
      expect_to_be_read(frame, masked, WsRole::server);
      const auto label = std::string(name) + " " + std::to_string(size);
      text += label + " bare   " + shown(bare) + "\n" + label + " masked " + shown(masked) + "\n";
    }
  }

  EXPECT_TRUE(matches_golden(text, "net/frames.txt"));
}

TEST(GoldenFrames, ClosePayloads) {
  std::string text;
  for (const auto& [code, reason] : {std::pair<std::uint16_t, std::string>{1000, ""},
                                     {1005, "never sent"},
                                     {1008, "reads too slowly"},
                                     {3000, "invalid_request_error.invalid_api_key"},
                                     {1001, std::string(122, 'a') + "é is cut off whole"}}) {
    text += std::to_string(code) + " " + hex(encode_ws_close(code, reason)) + "\n";
  }

  EXPECT_TRUE(matches_golden(text, "net/close_payloads.txt"));
}

}  // namespace
}  // namespace callosum::net
