#include "net/ws_frame_writer.hpp"

#include "base/random.hpp"

namespace callosum::net {

namespace {
constexpr std::size_t kKeepMaskedBytes = 64 * 1024;
}

WsMaskKey WsFrameWriter::next_key() {
  if (keys_left_ == 0) {
    SystemRandom random;
    random.fill({reinterpret_cast<std::uint8_t*>(keys_.data()), sizeof keys_});
    keys_left_ = keys_.size();
  }
  return keys_[--keys_left_];
}

WsFrameWriter::Frame WsFrameWriter::encode(WsRole role, WsOpcode opcode, std::string_view payload) {
  std::optional<WsMaskKey> key;
  std::string_view body = payload;
  if (role == WsRole::client) {
    key = next_key();
    if (masked_.size() > kKeepMaskedBytes && payload.size() <= kKeepMaskedBytes) {
      masked_ = std::vector<char>();
    }
    if (masked_.size() < payload.size()) masked_.resize(payload.size());
    mask_ws(payload.data(), masked_.data(), payload.size(), *key);
    body = std::string_view(masked_.data(), payload.size());
  }
  const std::size_t head = encode_ws_header(opcode, payload.size(), key, head_);
  return {std::string_view(head_.data(), head), body};
}

WsFrameWriter& ws_frame_writer() {
  thread_local WsFrameWriter writer;
  return writer;
}

}  // namespace callosum::net
