#include "wire/ws_bytes.hpp"

#include <cstring>
#include <openssl/evp.h>
#include <openssl/sha.h>

namespace callosum::bench {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";  // RFC 6455 §1.3

void mask(char* bytes, std::size_t size, const char* key) {
  std::uint64_t wide = 0;
  for (int i = 0; i < 8; ++i) std::memcpy(reinterpret_cast<char*>(&wide) + i, key + i % 4, 1);
  std::size_t at = 0;
  for (; at + 8 <= size; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, bytes + at, 8);
    word ^= wide;
    std::memcpy(bytes + at, &word, 8);
  }
  for (; at < size; ++at) bytes[at] = static_cast<char>(bytes[at] ^ key[at % 4]);
}

}  // namespace

std::size_t frame_header_bytes(std::size_t payload_bytes, bool is_masked) {
  const std::size_t length_bytes = payload_bytes < 126 ? 0 : payload_bytes < 65536 ? 2 : 8;
  return 2 + length_bytes + (is_masked ? 4 : 0);
}

void append_frame(std::string& out, std::uint8_t opcode, std::string_view payload, bool is_masked) {
  const std::uint8_t mask_bit = is_masked ? 0x80 : 0;
  out += static_cast<char>(0x80 | opcode);
  std::size_t length_bytes = 0;
  if (payload.size() < 126) {
    out += static_cast<char>(mask_bit | payload.size());
  } else {
    length_bytes = payload.size() < 65536 ? 2 : 8;
    out += static_cast<char>(mask_bit | (length_bytes == 2 ? 126 : 127));
  }
  for (std::size_t i = length_bytes; i-- > 0;) {
    out += static_cast<char>(static_cast<std::uint64_t>(payload.size()) >> (8 * i));
  }
  if (is_masked) out.append(kMaskKey, 4);
  out += payload;
  if (is_masked) mask(out.data() + out.size() - payload.size(), payload.size(), kMaskKey);
}

std::optional<Frame> take_frame(std::span<char> bytes) {
  if (bytes.size() < 2) return std::nullopt;
  const auto second = static_cast<std::uint8_t>(bytes[1]);
  std::uint64_t size = second & 0x7f;
  const std::size_t length_bytes = size == 126 ? 2 : size == 127 ? 8 : 0;
  const bool is_masked = (second & 0x80) != 0;
  const std::size_t header = 2 + length_bytes + (is_masked ? 4 : 0);
  if (bytes.size() < header) return std::nullopt;
  if (length_bytes > 0) {
    size = 0;
    for (std::size_t i = 0; i < length_bytes; ++i) {
      size = size << 8 | static_cast<std::uint8_t>(bytes[2 + i]);
    }
  }
  if (bytes.size() - header < size) return std::nullopt;
  char* payload = bytes.data() + header;
  if (is_masked) mask(payload, size, payload - 4);
  return Frame{static_cast<std::uint8_t>(bytes[0] & 0x0f), {payload, size}, header + size};
}

std::string upgrade_request(std::string_view host, std::string_view target,
                            std::string_view token) {
  std::string out = "GET ";
  out.append(target).append(" HTTP/1.1\r\nHost: ").append(host);
  out += "\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n";
  out += "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
  if (!token.empty()) out.append("Authorization: Bearer ").append(token).append("\r\n");
  return out + "\r\n";
}

std::string upgrade_response(std::string_view request) {
  constexpr std::string_view kName = "sec-websocket-key:";
  std::string lower(request);
  for (auto& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  auto at = lower.find(kName);
  if (at == std::string::npos) return "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
  at = request.find_first_not_of(' ', at + kName.size());
  std::string text(request.substr(at, request.find('\r', at) - at));
  text += kGuid;

  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest);
  unsigned char accept[32];
  const int size = EVP_EncodeBlock(accept, digest, sizeof digest);
  std::string out =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
      "Sec-WebSocket-Accept: ";
  out.append(reinterpret_cast<const char*>(accept), static_cast<std::size_t>(size));
  return out + "\r\n\r\n";
}

std::size_t header_block_bytes(std::string_view bytes) {
  const auto end = bytes.find("\r\n\r\n");
  return end == std::string_view::npos ? 0 : end + 4;
}

}  // namespace callosum::bench
