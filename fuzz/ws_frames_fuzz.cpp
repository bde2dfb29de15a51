// The frame decoder: no crash, limits kept, and the same events wherever the bytes are cut.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "net/ws_codec.hpp"

namespace {

using callosum::net::WsDecoder;
using callosum::net::WsEvent;
using callosum::net::WsLimits;
using callosum::net::WsRole;
using Kind = WsEvent::Kind;

void check(const WsEvent& event, const WsLimits& limits) {
  if (event.kind == Kind::message && event.data.size() > limits.max_message_bytes) std::abort();
  const bool is_text =
      event.kind == Kind::close || (event.kind == Kind::message && !event.is_binary);
  if (is_text && !callosum::is_valid_utf8(event.data)) std::abort();
  if (event.kind == Kind::fault && !callosum::net::is_ws_close_code(event.code)) std::abort();
}

std::string decode(std::string_view bytes, std::size_t cut, WsRole role) {
  WsLimits limits;
  limits.max_message_bytes = 1024;
  limits.max_fragments = 4;
  WsDecoder decoder(role, limits);
  std::string buffer(bytes.substr(0, cut));
  std::string_view rest = bytes.substr(cut);
  std::string found;
  while (true) {
    const WsEvent event = decoder.next({buffer.data(), buffer.size()});
    if (event.consumed > buffer.size()) std::abort();
    check(event, limits);
    if (event.kind != Kind::need_more) {
      found += std::to_string(static_cast<int>(event.kind)) + std::to_string(event.code);
      if (event.kind != Kind::fault) found.append(event.data);
    }
    if (event.kind == Kind::fault || event.kind == Kind::close) return found;
    buffer.erase(0, event.consumed);
    if (event.kind != Kind::need_more || event.consumed > 0) continue;
    if (event.wanted <= buffer.size()) std::abort();  // it would wait for what it has
    if (rest.empty()) return found;
    buffer.append(rest);
    rest = {};
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto role = (data[0] & 1) != 0 ? WsRole::server : WsRole::client;
  const std::size_t cut = bytes.size() * data[0] / 256;
  if (decode(bytes, cut, role) != decode(bytes, bytes.size(), role)) std::abort();
  return 0;
}
