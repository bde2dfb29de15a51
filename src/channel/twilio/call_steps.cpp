#include "channel/twilio/call_steps.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace callosum::channel::twilio {
namespace {

struct Status {
  std::string_view word;
  int rank;  // how far the call has come
};
// CallStatus (telephony §1.2), and two words of other carriers.
constexpr std::array kStatuses{
    Status{"queued", 1},    Status{"initiated", 1}, Status{"ringing", 2}, Status{"in-progress", 3},
    Status{"answered", 3},  Status{"completed", 4}, Status{"busy", 4},    Status{"failed", 4},
    Status{"no-answer", 4}, Status{"canceled", 4},  Status{"cancel", 4},  Status{"timeout", 4}};
constexpr int kFinal = 4;

int rank_of(std::string_view status) {
  const auto at = std::find_if(kStatuses.begin(), kStatuses.end(),
                               [&](const Status& one) { return one.word == status; });
  return at == kStatuses.end() ? 0 : at->rank;
}

}  // namespace

VoiceStep judge_voice_step(const CallSoFar& call, int step) {
  if (step < 0 || step != call.next_step || call.is_over) return VoiceStep::replayed;
  if (!call.is_known && step > 0) return VoiceStep::replayed;
  if (call.is_conversed_out || step >= kMostStreams) return VoiceStep::hang_up;
  // Where nobody took the call the conversation goes on.
  if (call.dialled == "completed" || call.dialled == "answered") return VoiceStep::hang_up;
  if (call.wants_transfer && call.dialled.empty()) return VoiceStep::transfer;
  return VoiceStep::connect;
}

std::chrono::seconds pause_after(int step) {
  const bool is_last = step >= kMostStreams - 1;  // what comes then is a goodbye
  return std::chrono::seconds(is_last ? 0 : std::max(step, 0));
}

int parse_step(std::string_view text) {
  if (text.empty()) return 0;
  int step = -1;
  const auto* end = text.data() + text.size();
  const auto [rest, problem] = std::from_chars(text.data(), end, step);
  const bool is_whole = problem == std::errc() && rest == end && text.size() <= 3;
  return is_whole && step > 0 ? step : -1;
}

bool is_status(std::string_view status) { return rank_of(status) > 0; }
bool is_final_status(std::string_view status) { return rank_of(status) == kFinal; }

bool may_follow(std::string_view before, std::string_view status) {
  return is_status(status) && rank_of(status) > rank_of(before);
}

}  // namespace callosum::channel::twilio
