// Frames of xAI's, one a line: whatever comes, what is told on is one event a frame, each response
// that begins ends at most once, and no call is told as finished twice, none at all that came back
// with a conversation that was taken up ("= ID"). Audio is never read.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/xai/wire.hpp"

namespace {

using namespace callosum;
using provider::xai::Wire;

struct Seen {
  std::string_view input;
  std::set<std::string> ended = {}, finished = {}, past = {};

  void take(const std::string& frame) {
    const bool is_unread = input.find(frame) != std::string_view::npos;  // passed on as it came
    if (is_unread || realtime::is_audio(realtime::peek_type(frame))) return;
    const auto event = parse_strict(frame, {.max_bytes = 64u << 20, .max_depth = 64});
    if (!event || !event->is_object()) std::abort();
    const auto& body = event->get_object();
    const auto type = text_at(body, "type");
    if (type.empty()) std::abort();
    const auto* response = find_object(body, "response");
    if (type == "response.done" && response) once(ended, text_at(*response, "id"));
    const auto* item = find_object(body, "item");
    if (type == "response.output_item.done" && item && text_at(*item, "status") == "completed" &&
        text_at(*item, "type") == "function_call") {
      once(finished, text_at(*item, "call_id"));
      if (past.contains(std::string(text_at(*item, "call_id")))) std::abort();
    }
  }
  /// The adapter remembers so many ids, not all of them.
  static void once(std::set<std::string>& ids, std::string_view id) {
    if (ids.size() < 16 && !ids.emplace(id).second) std::abort();
  }
};

void take_up(Wire& wire, std::string_view id) {
  realtime::SessionOpening opening;
  opening.tools = std::make_shared<realtime::OfferedTools>(realtime::OfferedTools{{}, "[]"});
  opening.resumption = id;
  wire.open(opening, "evt_open");
}

/// What came back, as a session has it.
void note_kept(Wire& wire, Seen& seen) {
  constexpr std::size_t kRemembered = 16;
  for (const auto& item : wire.take_kept()) {
    if (!item.call_id.empty() && seen.past.size() < kRemembered) seen.past.insert(item.call_id);
    if (item.call_id.empty()) wire.name_kept(item, "known_" + item.item_id);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  Wire wire("grok-voice-latest");
  SteadyTime now{std::chrono::hours(1)};
  Seen seen{.input = text};
  for (const auto line : split(text, '\n')) {
    if (line.starts_with("> ")) {
      wire.from_gateway(line.substr(2), now);
    } else if (line.starts_with("\" ")) {
      wire.speak(line.substr(2), "evt", now);
    } else if (line.starts_with("= ")) {
      wire = Wire("grok-voice-latest");
      seen = Seen{.input = text};
      take_up(wire, line.substr(2));
    } else {
      const auto frame = line.starts_with("< ") ? line.substr(2) : line;
      wire.from_model({realtime::peek_type(frame), frame}, now);
    }
    if (wire.replay().has_resumed()) note_kept(wire, seen);
    now += std::chrono::milliseconds(300);
    wire.look(now);
    for (const auto& frame : wire.to_gateway()) seen.take(frame);
    wire.to_gateway().clear();
    wire.to_model().clear();
  }
  return 0;
}
