#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

namespace callosum::channel::twilio {

// A call's way, one direction only: a webhook that was sent before, or is behind what is known, is
// refused. What is known of a call is its row (storage/phone_calls); here are the rules alone.

/// What a voice webhook asks for. The first has no step; each TwiML sends the call back, should its
/// stream end, with the next one, in the signed URL.
enum class VoiceStep : std::uint8_t {
  connect,   ///< to a stream
  hang_up,   ///< the conversation is over, or the call has come back too often
  busy,      ///< there have been too many
  transfer,  ///< to somebody else, as the conversation has asked
  replayed,  ///< this very step was taken before, or the call is over
};

constexpr int kMostStreams = 6;  ///< of one call: a fault that repeats itself is no conversation

struct CallSoFar {
  bool is_known = false;
  bool is_over = false;           ///< the carrier has said that the call has ended
  bool is_conversed_out = false;  ///< the conversation ended as it should: nothing is left to say
  int next_step = 0;
  bool wants_transfer = false;  ///< it ended so that the call goes on with somebody else
  /// Of a webhook behind `<Dial>`, what became of it (`DialCallStatus`); empty: nobody was dialled.
  std::string_view dialled{};
};
VoiceStep judge_voice_step(const CallSoFar& call, int step);

/// How long the call waits before it comes back from the stream of this step. The first time it is
/// back at once; where that was in vain what is broken is given ever more time, ten seconds in all.
std::chrono::seconds pause_after(int step);

/// `step` of a webhook's URL: absent is the first; -1: none of ours.
int parse_step(std::string_view text);

/// Whether the carrier's `CallStatus` may follow `before`; empty `before`: nothing is known.
bool may_follow(std::string_view before, std::string_view status);
bool is_final_status(std::string_view status);
bool is_status(std::string_view status);

}  // namespace callosum::channel::twilio
