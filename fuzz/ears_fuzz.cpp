// What a recogniser tells, message by message, with what the session does in between: the events
// of ears hold together whatever it says.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "provider/deepgram/listen_wire.hpp"

namespace {

using callosum::provider::deepgram::ListenOptions;
using callosum::provider::deepgram::ListenWire;
using Kind = callosum::realtime::HeardEvent::Kind;

/// Started, stopped, words or why there are none; in this order, or the last alone.
struct Order {
  bool in_speech = false;
  bool owes_words = false;

  void take(const callosum::realtime::HeardEvent& event) {
    if (event.kind == Kind::started && in_speech) std::abort();
    if (event.kind == Kind::stopped && (!in_speech || owes_words)) std::abort();
    if (event.kind == Kind::partial && !in_speech) std::abort();
    if (event.at_ms < 0) std::abort();
    const auto sure = event.confidence.mean();
    if (sure && !(*sure >= 0 && *sure <= 1)) std::abort();
    if (event.kind == Kind::started) in_speech = true;
    if (event.kind == Kind::stopped) {
      in_speech = false;
      owes_words = true;
    }
    if (event.kind == Kind::words || event.kind == Kind::failed) owes_words = false;
  }
};

void play(std::string_view bytes, const char* model) {
  ListenOptions options;
  options.service.url = "wss://speech.example";
  options.service.model = model;
  const auto wire = callosum::provider::deepgram::make_listen_wire(options);
  wire->open(0);
  Order order;
  std::int64_t sent_ms = 0;
  while (!bytes.empty()) {
    const auto end = bytes.find('\n');
    const auto line = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    sent_ms += 100;
    if (line == "commit") {
      wire->turns().commit(true);
    } else if (line == "settle") {
      wire->settle(sent_ms);
    } else if (line == "open") {
      wire->open(wire->acknowledged_ms());
    } else if (line == "silence") {
      wire->add_silence(500, sent_ms);
    } else if (line == "off" || line == "on") {
      wire->turns().detect(line == "on");
    } else {
      (void)wire->take(line, sent_ms);
    }
    if (wire->acknowledged_ms() > sent_ms) std::abort();
    while (const auto event = wire->turns().take()) order.take(*event);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  play(bytes, "flux-general-en");
  play(bytes, "nova-3");
  return 0;
}
