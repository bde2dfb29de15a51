// What the simulators of a phone call read of a gateway: TwiML, orders on a media stream, requests
// to chat models and mouths; and their scripts.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/text.hpp"
#include "sim/chat/chat_shape.hpp"
#include "sim/deepgram/ear.hpp"
#include "sim/speech/openai_speech.hpp"
#include "sim/twilio/frames.hpp"
#include "sim/twilio/twiml.hpp"

namespace {

using namespace callosum::sim;

constexpr twilio::CarrierKind kCarriers[] = {
    twilio::CarrierKind::twilio, twilio::CarrierKind::telnyx, twilio::CarrierKind::plivo};

void read_twiml(std::string_view bytes, twilio::CarrierKind carrier) {
  const auto verbs = twilio::parse_twiml(bytes, carrier);
  if (!verbs) return;
  for (const auto& verb : *verbs) {
    if (!callosum::is_valid_utf8(verb.text)) std::abort();
    for (const auto& [name, value] : verb.stream.parameters) {
      if (name.empty() || name.size() + value.size() >= 500) std::abort();
    }
  }
}

void order(std::string_view bytes, twilio::CarrierKind carrier) {
  const auto order = twilio::decode_order(bytes, "MZ1", carrier);
  if (!order) return;
  const bool is_mark = order->kind == twilio::OrderKind::mark;
  if (is_mark == order->mark.empty()) std::abort();
}

void hear(std::string_view bytes) {
  const deepgram::Script script;
  deepgram::Ear ear(script, {SoundCoding::ulaw, 8000}, 1);
  ear.push({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()});
  std::size_t frames = 0;
  while (ear.next()) ++frames;
  if (frames != bytes.size() / 160) std::abort();
}

void say(std::string_view bytes) {
  const VoiceManner manner;
  std::string said;
  const auto plan = speech::plan_speech(bytes, manner, said);
  if (plan && (said.empty() || plan->pieces.empty())) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 5) {
    case 0:
      for (const auto carrier : kCarriers) read_twiml(bytes, carrier);
      break;
    case 1:
      for (const auto carrier : kCarriers) order(bytes, carrier);
      break;
    case 2:
      hear(bytes);
      break;
    case 3:
      say(bytes);
      break;
    default:
      (void)chat::read_turn(bytes);
      break;
  }
  return 0;
}
