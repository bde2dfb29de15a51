#include "net/ws_codec.hpp"

#include <cstring>

#include "base/text.hpp"

namespace callosum::net {

namespace {

constexpr std::size_t kKeepAssembledBytes = 4096;

WsEvent fault(std::uint16_t code, std::string_view reason) {
  WsEvent event;
  event.kind = WsEvent::Kind::fault;
  event.code = code;
  event.data = reason;
  return event;
}

WsEvent need(std::size_t bytes) {
  WsEvent event;
  event.wanted = bytes;
  return event;
}

std::uint64_t read_big_endian(const char* bytes, std::size_t size) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<std::uint8_t>(bytes[i]);
  return value;
}

bool is_control(WsOpcode opcode) { return static_cast<std::uint8_t>(opcode) >= 8; }

}  // namespace

std::size_t encode_ws_header(WsOpcode opcode, std::uint64_t payload_bytes,
                             const std::optional<WsMaskKey>& key,
                             std::span<char, kMaxWsHeaderBytes> out) {
  const std::uint8_t mask_bit = key ? 0x80 : 0;
  std::size_t size = 2;
  out[0] = static_cast<char>(0x80 | static_cast<std::uint8_t>(opcode));
  if (payload_bytes < 126) {
    out[1] = static_cast<char>(mask_bit | payload_bytes);
  } else {
    const std::size_t width = payload_bytes <= 0xFFFF ? 2 : 8;
    out[1] = static_cast<char>(mask_bit | (width == 2 ? 126 : 127));
    for (std::size_t i = 0; i < width; ++i) {
      out[size++] = static_cast<char>(payload_bytes >> (8 * (width - 1 - i)));
    }
  }
  if (key) {
    std::memcpy(out.data() + size, key->data(), key->size());
    size += key->size();
  }
  return size;
}

void mask_ws(const char* from, char* to, std::size_t size, const WsMaskKey& key) {
  std::uint32_t half = 0;
  std::memcpy(&half, key.data(), sizeof half);
  const std::uint64_t mask = static_cast<std::uint64_t>(half) << 32 | half;
  std::size_t at = 0;
  for (; at + 32 <= size; at += 32) {
    std::uint64_t words[4];
    std::memcpy(words, from + at, sizeof words);
    for (auto& word : words) word ^= mask;
    std::memcpy(to + at, words, sizeof words);
  }
  for (; at + 8 <= size; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, from + at, sizeof word);
    word ^= mask;
    std::memcpy(to + at, &word, sizeof word);
  }
  for (; at < size; ++at) to[at] = static_cast<char>(from[at] ^ key[at & 3]);
}

bool is_ws_close_code(std::uint16_t code) {
  if (code >= 3000) return code <= 4999;
  return code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006;
}

std::string encode_ws_close(std::uint16_t code, std::string_view reason) {
  if (code == 1005) return {};
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  payload.append(cut_utf8(reason, kMaxWsControlBytes - 2));
  return payload;
}

std::optional<WsEvent> WsDecoder::check_bits(std::uint8_t first, const Header& header) const {
  if ((first & 0x70) != 0) return fault(1002, "reserved bits are set");
  const auto opcode = static_cast<std::uint8_t>(header.opcode);
  if ((opcode > 2 && opcode < 8) || opcode > 10) return fault(1002, "reserved opcode");
  if (header.is_masked != (role_ == WsRole::server)) {
    return fault(1002, header.is_masked ? "a server must not mask" : "a client must mask");
  }
  if (is_control(header.opcode)) {
    if (!header.is_final) return fault(1002, "fragmented control frame");
    return std::nullopt;
  }
  const bool continues = header.opcode == WsOpcode::continuation;
  if (continues && !is_assembling_) return fault(1002, "continuation of nothing");
  if (!continues && is_assembling_) return fault(1002, "a message inside another");
  return std::nullopt;
}

std::optional<WsEvent> WsDecoder::check_size(const Header& header) const {
  if (is_control(header.opcode)) return std::nullopt;  // its length was in the first two bytes
  const std::uint64_t before = is_assembling_ ? assembled_.size() : 0;
  if (header.payload_bytes > limits_->max_message_bytes ||
      before + header.payload_bytes > limits_->max_message_bytes) {
    return fault(1009, "message too big");
  }
  if (is_assembling_ && fragments_ >= limits_->max_fragments) {
    return fault(1008, "too many fragments");
  }
  return std::nullopt;
}

std::optional<WsEvent> WsDecoder::read_length(std::span<const char> bytes, Header& header) const {
  const auto second = static_cast<std::uint8_t>(bytes[1]);
  const std::uint8_t short_length = second & 0x7F;
  const std::size_t width = short_length == 126 ? 2 : short_length == 127 ? 8 : 0;
  if (is_control(header.opcode) && width != 0) return fault(1002, "control frame too long");
  if (bytes.size() < 2 + width) return need(2 + width);
  header.payload_bytes = width == 0 ? short_length : read_big_endian(bytes.data() + 2, width);
  header.header_bytes = 2 + width;
  // RFC 6455 §5.2: the shortest form must be used, and the highest bit is zero.
  if ((width == 2 && header.payload_bytes < 126) ||
      (width == 8 && header.payload_bytes <= 0xFFFF)) {
    return fault(1002, "length not in its shortest form");
  }
  if (header.payload_bytes >> 63 != 0) return fault(1002, "length with its highest bit set");
  return std::nullopt;
}

std::optional<WsEvent> WsDecoder::read_header(std::span<const char> bytes, Header& header) const {
  if (bytes.size() < 2) return need(2);
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  header.is_final = (first & 0x80) != 0;
  header.opcode = static_cast<WsOpcode>(first & 0x0F);
  header.is_masked = (static_cast<std::uint8_t>(bytes[1]) & 0x80) != 0;
  if (auto stop = check_bits(first, header)) return stop;
  if (auto stop = read_length(bytes, header)) return stop;
  if (auto stop = check_size(header)) return stop;
  if (header.is_masked) {
    if (bytes.size() < header.header_bytes + 4) return need(header.header_bytes + 4);
    std::memcpy(header.key.data(), bytes.data() + header.header_bytes, 4);
    header.header_bytes += 4;
  }
  return std::nullopt;
}

void WsDecoder::release() {
  if (!gave_assembled_) return;
  gave_assembled_ = false;
  assembled_.clear();
  if (assembled_.capacity() > kKeepAssembledBytes) assembled_.shrink_to_fit();
}

WsEvent WsDecoder::next(std::span<char> bytes) {
  release();
  Header header;
  if (auto stop = read_header(bytes, header)) return *stop;
  const std::size_t payload_bytes = static_cast<std::size_t>(header.payload_bytes);
  const std::size_t whole = header.header_bytes + payload_bytes;
  if (bytes.size() < whole) return need(whole);

  char* const payload = bytes.data() + header.header_bytes;
  if (header.is_masked) mask_ws(payload, payload, payload_bytes, header.key);
  const std::string_view view(payload, payload_bytes);
  WsEvent event = is_control(header.opcode) ? take_control(header, view) : take_data(header, view);
  event.consumed = whole;
  return event;
}

WsEvent WsDecoder::take_control(const Header& header, std::string_view payload) const {
  WsEvent event;
  event.data = payload;
  if (header.opcode != WsOpcode::close) {
    event.kind = header.opcode == WsOpcode::ping ? WsEvent::Kind::ping : WsEvent::Kind::pong;
    return event;
  }
  event.kind = WsEvent::Kind::close;
  event.code = 1005;
  if (payload.empty()) return event;
  if (payload.size() == 1) return fault(1002, "close code cut off");
  event.code = static_cast<std::uint16_t>(read_big_endian(payload.data(), 2));
  if (!is_ws_close_code(event.code)) return fault(1002, "close code not allowed");
  event.data = payload.substr(2);
  Utf8Check reason;
  if (!reason.add(event.data) || !reason.is_complete()) return fault(1007, "reason is not UTF-8");
  return event;
}

WsEvent WsDecoder::take_data(const Header& header, std::string_view payload) {
  if (!header.is_final || is_assembling_) return take_fragment(header, payload);
  WsEvent event;
  event.kind = WsEvent::Kind::message;
  event.is_binary = header.opcode == WsOpcode::binary;
  event.data = payload;
  if (!event.is_binary) {
    Utf8Check text;
    if (!text.add(payload) || !text.is_complete()) return fault(1007, "text is not UTF-8");
  }
  return event;
}

WsEvent WsDecoder::take_fragment(const Header& header, std::string_view payload) {
  if (!is_assembling_) {
    is_assembling_ = true;
    is_binary_ = header.opcode == WsOpcode::binary;
    fragments_ = 0;
    utf8_.reset();
  }
  ++fragments_;
  if (!is_binary_ && !utf8_.add(payload)) return fault(1007, "text is not UTF-8");
  assembled_.append(payload);
  WsEvent event;
  event.kind = WsEvent::Kind::need_more;
  if (!header.is_final) return event;  // `consumed` is set by the caller: more may follow at once
  if (!is_binary_ && !utf8_.is_complete()) return fault(1007, "text is not UTF-8");
  is_assembling_ = false;
  gave_assembled_ = true;
  event.kind = WsEvent::Kind::message;
  event.is_binary = is_binary_;
  event.data = assembled_;
  return event;
}

}  // namespace callosum::net
