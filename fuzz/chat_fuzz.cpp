// What a chat server streams, in pieces of every size; and the pieces that are cut out of its
// words.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <deque>
#include <string>
#include <string_view>

#include "provider/chat/chat_wire.hpp"
#include "session/piece_cutter.hpp"

namespace {

using callosum::provider::chat::StreamDecoder;

/// What became of a stream that came so many bytes at a time.
std::string outcome(std::string_view bytes, std::size_t step) {
  std::string heard;
  StreamDecoder decoder([&heard](std::string_view text) { heard += text; });
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    if (!decoder.feed(bytes.substr(at, step))) return "refused";
  }
  const auto answer = decoder.finish();
  if (!answer) return "refused";
  if (answer->text != heard) std::abort();
  std::string out = answer->text;
  for (const auto& call : answer->calls) out += "|" + call.name + call.arguments;
  return out;
}

std::string spoken(std::string_view text, std::size_t step) {
  callosum::session::PieceCutter cutter;
  std::deque<std::string> pieces;
  for (std::size_t at = 0; at < text.size(); at += step) cutter.feed(text.substr(at, step), pieces);
  cutter.finish(pieces);
  std::string out;
  for (const auto& piece : pieces) {
    if (piece.empty()) std::abort();
    for (const char c : piece)
      out += c == ' ' || c == '\n' || c == '\t' || c == '\r' ? "" : std::string(1, c);
  }
  return out;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto whole = outcome(bytes, bytes.size() + 1);
  if (outcome(bytes, 1) != whole || outcome(bytes, 7) != whole) std::abort();
  // However it is cut, no letter is lost.
  if (spoken(bytes, 1) != spoken(bytes, bytes.size() + 1)) std::abort();
  return 0;
}
