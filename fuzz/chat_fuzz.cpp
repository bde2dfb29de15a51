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
#include "session/sentiment.hpp"

namespace {

using callosum::provider::chat::InlineCalls;
using callosum::provider::chat::StreamDecoder;
using callosum::provider::chat::ToolStyle;

/// What became of a stream that came so many bytes at a time.
std::string outcome(std::string_view bytes, std::size_t step, ToolStyle style) {
  std::string heard;
  StreamDecoder decoder([&heard](std::string_view text) { heard += text; }, style);
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

/// What is left of a text that calls are written into; no brace ever is.
std::string without_calls(std::string_view text, std::size_t step) {
  std::string out;
  InlineCalls calls([&out](std::string_view piece) { out += piece; });
  for (std::size_t at = 0; at < text.size(); at += step) {
    if (!calls.feed(text.substr(at, step))) return "refused";
  }
  if (!calls.finish()) return "refused";
  if (out.find('{') != std::string::npos) std::abort();
  for (const auto& call : calls.calls()) out += "|" + call.name + call.arguments;
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
  for (const auto style : {ToolStyle::native, ToolStyle::in_words}) {
    const auto whole = outcome(bytes, bytes.size() + 1, style);
    if (outcome(bytes, 1, style) != whole || outcome(bytes, 7, style) != whole) std::abort();
  }
  const auto sentiment = callosum::session::read_sentiment(bytes);
  if (sentiment && !(*sentiment >= -1 && *sentiment <= 1)) std::abort();
  if (without_calls(bytes, 1) != without_calls(bytes, bytes.size() + 1)) std::abort();
  // However it is cut, no letter is lost.
  if (spoken(bytes, 1) != spoken(bytes, bytes.size() + 1)) std::abort();
  return 0;
}
