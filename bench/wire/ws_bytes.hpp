#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace callosum::bench {

constexpr std::uint8_t kText = 1;
constexpr std::uint8_t kClose = 8;
constexpr std::uint8_t kPing = 9;
constexpr std::uint8_t kPong = 10;

/// Clients mask (RFC 6455 §5.3). Always with this key: the work for the other side is the same as
/// with any.
constexpr char kMaskKey[4] = {0x37, 0x5a, 0x21, 0x3d};

/// Appends one whole frame.
void append_frame(std::string& out, std::uint8_t opcode, std::string_view payload, bool is_masked);
/// How many bytes stand before the payload of such a frame.
std::size_t frame_header_bytes(std::size_t payload_bytes, bool is_masked);

struct Frame {
  std::uint8_t opcode = 0;
  std::string_view payload;
  std::size_t total_bytes = 0;
};
/// The frame at the front, unmasked where it lies; nothing while it is not whole.
std::optional<Frame> take_frame(std::span<char> bytes);

/// What a client asks, and what a server answers to that request.
std::string upgrade_request(std::string_view host, std::string_view target, std::string_view token);
std::string upgrade_response(std::string_view request);
/// Bytes of the header block at the front, its empty line included; 0 while it is not whole.
std::size_t header_block_bytes(std::string_view bytes);

}  // namespace callosum::bench
