// Messages of Gemini's, one a line: whatever comes, what is told on is one event a frame, each
// response that begins ends at most once, and no call is told as finished twice. What the model is
// told is one object of one kind.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>
#include <string_view>

#include "base/json.hpp"
#include "base/text.hpp"
#include "provider/gemini/wire.hpp"

namespace {

using namespace callosum;
using provider::gemini::Wire;

json::object read(const std::string& frame) {
  const auto value = parse_strict(frame, {.max_bytes = 64u << 20, .max_depth = 64});
  if (!value || !value->is_object()) std::abort();
  return value->get_object();
}

struct Seen {
  std::set<std::string> ended = {}, finished = {};

  void take(const std::string& frame) {
    const auto body = read(frame);
    const auto type = text_at(body, "type");
    if (realtime::event_type_of(type) == realtime::EventType::unknown) std::abort();
    const auto* response = find_object(body, "response");
    if (type == "response.done") once(ended, text_at(*response, "id"));
    const auto* item = find_object(body, "item");
    if (type == "response.output_item.done" && text_at(*item, "type") == "function_call") {
      once(finished, text_at(*item, "call_id"));
    }
  }
  /// The adapter remembers so many ids, not all of them.
  static void once(std::set<std::string>& ids, std::string_view id) {
    if (ids.size() < 256 && !ids.emplace(id).second) std::abort();
  }
};

void tell(Wire& wire, std::string_view line, SteadyTime now) {
  const auto what = line.size() > 2 ? line.substr(2) : std::string_view();
  if (line.starts_with("> ")) {
    if (realtime::peek_type(what) != realtime::EventType::input_audio_buffer_append) {
      wire.from_gateway(what, now);
    } else if (wire.hear(what, now)) {
      read(wire.sound());
    }
  } else if ((line.starts_with("= ") || line.starts_with("\" ")) && !is_valid_utf8(what)) {
    return;  // what the gateway itself says is text, whatever tools have put into it
  } else if (line.starts_with("= ")) {
    const auto at = std::min(what.find(' '), what.size());
    wire.answer_call(what.substr(0, at), what.substr(at), "evt",
                     realtime::OutputDelivery::when_idle, now);
  } else if (line.starts_with("\" ")) {
    wire.speak(what, "evt", now);
  } else if (line.starts_with("~")) {
    if (wire.wants_connection(now) == Wire::Replace::no) return;
    wire.leave();
    wire.reconnect(true);
    wire.from_model(R"({"setupComplete":{}})", now);
  } else {
    wire.from_model(line.starts_with("< ") ? what : line, now);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  SeededRandom random(1);
  Wire wire(size % 2 == 0 ? "gemini-3.8-live" : "gemini-2.5-flash-native-audio-preview-12-2025",
            random);
  wire.open({json::object{{"type", "realtime"}}, std::make_shared<realtime::OfferedTools>(), ""},
            "evt");
  wire.from_model(R"({"setupComplete":{}})", {});
  SteadyTime now{std::chrono::hours(1)};
  Seen seen;
  for (const auto line : split(text, '\n')) {
    tell(wire, line, now);
    now += std::chrono::milliseconds(300);
    wire.look(now);
    if (wire.next_look(now) <= now) std::abort();  // it would be looked at without an end
    for (const auto& frame : wire.to_gateway()) seen.take(frame);
    for (const auto& frame : wire.to_model()) {
      if (read(frame).size() != 1) std::abort();
    }
    wire.to_gateway().clear();
    wire.to_model().clear();
  }
  return 0;
}
