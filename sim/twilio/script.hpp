#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "sim/twilio/signature.hpp"
#include "sim/twilio/sound.hpp"

namespace callosum::sim::twilio {

using Ms = std::chrono::milliseconds;

enum class StepKind : std::uint8_t {
  say,
  dtmf,
  pause,
  wait_silence,  ///< until the other side was heard and has then been silent for `span`
  barge_in,      ///< until the other side has been audible for `span`
  hang_up,
};

/// What a caller does. One after the other.
struct Step {
  StepKind kind = StepKind::pause;
  std::shared_ptr<const Utterance> utterance;
  std::string digits;
  Ms span{0};
  Ms timeout{20'000};  ///< of a wait; then the caller goes on all the same
};

/// What goes wrong on purpose.
enum class FaultKind : std::uint8_t {
  webhook_signature,  ///< signed with another token
  webhook_unsigned,
  upgrade_signature,
  upgrade_unsigned,
  no_parameters,     ///< the stream's parameters are lost
  wrong_parameters,  ///< each has another value
  token_replay,      ///< a second stream with the parameters of the first, beside it
  foreign_call,      ///< `start` of another call
  foreign_account,   ///< `start` of another account
  late_stream,       ///< `start` comes 31 s late
  no_start,          ///< nothing behind `connected`
  second_start,
  media_before_start,
  sequence_back,  ///< a number that was there before, after a second
  sequence_gap,
  foreign_stream,  ///< media of another streamSid, after a second
  oversize,        ///< one message of 2 MiB, after a second
  binary_frame,
  bad_json,
  bad_payload,  ///< media that is no base64
  abort,        ///< the connection ends without a word, after a second
  silent_line,  ///< nothing more is sent after a second, and nothing closed
};
/// The word of a command line, `webhook_signature`; VALIDATION with all of them.
Result<FaultKind> parse_fault(std::string_view word);

/// One call.
struct CallScript {
  std::vector<Step> steps;
  std::vector<FaultKind> faults;
  FormFields fields;         ///< of the webhook; replace or follow its own
  Ms jitter{0};              ///< frames are late by 0 to so much
  std::size_t loss = 0;      ///< of a hundred frames so many are lost
  std::size_t webhooks = 1;  ///< the signed webhook is sent so often; the last answer is obeyed

  std::string dial_status = "completed";  ///< what becomes of a `<Dial>`: "no-answer", "busy", …

  bool has(FaultKind kind) const;
};

/// Reads YAML (sim/README.md); recordings are found beside the file `folder`.
Result<CallScript> parse_call_script(const std::string& yaml, const std::string& folder);
Result<CallScript> load_call_script(const std::string& path);

/// The call of a command line without a script: hears the greeting, says each, hears its answer,
/// and hangs up.
std::vector<Step> plain_steps(const std::vector<std::shared_ptr<const Utterance>>& utterances);

}  // namespace callosum::sim::twilio
