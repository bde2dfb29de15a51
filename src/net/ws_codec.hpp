#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/utf8.hpp"
#include "net/ws_connection.hpp"

namespace callosum::net {

/// Which end we are: a server gets masked frames and sends bare ones, a client the other way round.
enum class WsRole : std::uint8_t { server, client };

/// RFC 6455 §5.2.
enum class WsOpcode : std::uint8_t {
  continuation = 0,
  text = 1,
  binary = 2,
  close = 8,
  ping = 9,
  pong = 10,
};

constexpr std::size_t kMaxWsHeaderBytes = 14;
constexpr std::size_t kMaxWsControlBytes = 125;

using WsMaskKey = std::array<char, 4>;

/// Writes the header of an unfragmented frame; returns its length. A key says that the payload is
/// masked.
std::size_t encode_ws_header(WsOpcode opcode, std::uint64_t payload_bytes,
                             const std::optional<WsMaskKey>& key,
                             std::span<char, kMaxWsHeaderBytes> out);

/// Masks or unmasks (RFC 6455 §5.3), eight bytes at a time. `to` may be `from`.
void mask_ws(const char* from, char* to, std::size_t size, const WsMaskKey& key);

/// The payload of a close frame: empty for 1005, else the code and as much of the reason as fits.
std::string encode_ws_close(std::uint16_t code, std::string_view reason);
/// Whether this code may stand in a close frame (RFC 6455 §7.4 and the IANA registry).
bool is_ws_close_code(std::uint16_t code);

/// What the decoder found at the front of the bytes it was given.
struct WsEvent {
  enum class Kind : std::uint8_t { need_more, message, ping, pong, close, fault };

  Kind kind = Kind::need_more;
  std::string_view data;  ///< message, ping or pong payload, reason of a close or of a fault
  bool is_binary = false;
  std::uint16_t code =
      0;  ///< of a close (1005: none was given), or with which a fault is to be closed
  /// How many bytes from the front are dealt with. They must stay until `data` is no longer needed.
  std::size_t consumed = 0;
  /// need_more: the buffer must be able to hold so many bytes.
  std::size_t wanted = 0;
};

/// Finds messages in bytes. Pure: no sockets, no clock. A whole message in one frame is handed out
/// where it lies, unmasked in place; only fragments are copied together.
class WsDecoder {
 public:
  WsDecoder(WsRole role, const WsLimits& limits) : limits_(&limits), role_(role) {}

  /// Looks at the front of `bytes`. `data` of a fragmented message lives until `release` or the
  /// next call. After a fault or a close nothing more may be decoded.
  WsEvent next(std::span<char> bytes);
  void release();  ///< the message handed out last is no longer needed

 private:
  struct Header {
    WsOpcode opcode = WsOpcode::continuation;
    bool is_final = false;
    bool is_masked = false;
    std::uint64_t payload_bytes = 0;
    std::size_t header_bytes = 0;
    WsMaskKey key{};
  };

  /// Reads the header; a fault, a need for more, or nothing when it is whole and allowed.
  std::optional<WsEvent> read_header(std::span<const char> bytes, Header& header) const;
  std::optional<WsEvent> read_length(std::span<const char> bytes, Header& header) const;
  std::optional<WsEvent> check_bits(std::uint8_t first, const Header& header) const;
  std::optional<WsEvent> check_size(const Header& header) const;
  WsEvent take_control(const Header& header, std::string_view payload) const;
  WsEvent take_data(const Header& header, std::string_view payload);
  WsEvent take_fragment(const Header& header, std::string_view payload);

  const WsLimits* limits_;  ///< the connection's, which owns this
  std::string assembled_;   ///< of a fragmented message so far
  std::size_t fragments_ = 0;
  Utf8Check utf8_;
  WsRole role_;
  bool is_assembling_ = false;
  bool is_binary_ = false;
  bool gave_assembled_ = false;
};

}  // namespace callosum::net
