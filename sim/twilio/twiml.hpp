#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "sim/twilio/carrier.hpp"

namespace callosum::sim::twilio {

enum class VerbKind : std::uint8_t { connect, redirect, pause, say, play, dial, hang_up, reject };

/// `<Connect><Stream>` (protocol: telephony §1.3).
struct StreamNoun {
  std::string url;
  std::string name;
  std::string status_callback;
  FormFields parameters;
};

struct Verb {
  VerbKind kind = VerbKind::hang_up;
  std::string text;    ///< words, an address, a number
  std::string action;  ///< asked behind the verb; empty: the next verb follows
  StreamNoun stream;   ///< of connect
  std::chrono::seconds length{1};
};

/// What a voice webhook's answer tells Twilio to do. As strict as Twilio is, and where that is not
/// known stricter: VALIDATION for an unknown verb, a stream without an absolute ws address or with
/// a query in it, a parameter over 500 characters, a second stream. Of another carrier its own
/// markup, and no stream that would not be two ways, in mu-law, with the call going on behind it.
Result<std::vector<Verb>> parse_twiml(std::string_view text,
                                      CarrierKind carrier = CarrierKind::twilio);

}  // namespace callosum::sim::twilio
