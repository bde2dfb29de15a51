// What a stranger may send where a carrier is expected: a webhook's form, a stream's messages, of
// every dialect.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "channel/twilio/call_steps.hpp"
#include "channel/twilio/carrier.hpp"
#include "channel/twilio/carrier_plivo.hpp"
#include "channel/twilio/carrier_telnyx.hpp"
#include "channel/twilio/media_wire.hpp"
#include "channel/twilio/signature.hpp"
#include "channel/twilio/voice_form.hpp"

using namespace callosum::channel::twilio;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto fields = decode_form(text)) {
    const auto form = read_voice_form(*fields);
    if (form && !is_call_sid(form->call_sid)) std::abort();
    // What nobody has signed never holds.
    if (verify_form(callosum::Secret("k"), text, *fields, "AAAAAAAAAAAAAAAAAAAAAAAAAAA=")) {
      std::abort();
    }
    for (const auto* carrier : {&telnyx_carrier(), &plivo_carrier()}) {
      const auto other = read_voice_form(*fields, *carrier->form);
      if (other && !carrier->form->is_call(other->call_sid)) std::abort();
    }
    if (verify_plivo(callosum::Secret("k"), text, *fields, {text, "1"})) std::abort();
  }
  if (verify_telnyx(std::string(43, 'A') + "=", {text, "1"}, text, {})) std::abort();
  for (const auto* dialect : kDialects) {
    const auto message = decode_media(*dialect, text);
    if (!message || message->event != MediaEvent::media) continue;
    // It is put into JSON as it came.
    if (message->payload.find_first_of("\"\\") != std::string::npos) std::abort();
    if (decoded_size(message->payload) > kMaxMediaBytes) std::abort();
  }
  if (parse_step(text) < -1) std::abort();
  find_signed_upgrade(callosum::Secret("k"), text, text);
  return 0;
}
