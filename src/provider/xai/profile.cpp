#include "provider/xai/profile.hpp"

#include <algorithm>
#include <array>

namespace callosum::provider::xai {
namespace {

using namespace std::chrono_literals;

struct Model {
  std::string_view name;
  std::string_view as_of;
};

// Of the vendor's pages and public recordings (protocols: xAI voice §1). What the models differ in
// (how they reason) is nothing that the gateway asks about.
constexpr std::array kModels{
    Model{"grok-voice-latest", "2026-10-15"},  // an alias; of think-fast-2.0 since August
    Model{"grok-voice-think-fast-2.0", "2026-10-15"},
    Model{"grok-voice-think-fast-1.0", "2026-09-15"},
    Model{"grok-voice-fast-1.0", "2026-07-15"},  // deprecated
};
constexpr std::string_view kOldest = "2026-07-15";

// 30, 60 and 120 minutes are all published, and 10 and 100 sessions (§1): a connection is renewed
// before the shortest, and the smaller number is what may be counted on.
constexpr auto kSessionCap = 30min;
constexpr std::uint32_t kMaxSessions = 10;

// §5. Opus is not named here: nothing on our side encodes it.
constexpr std::array<realtime::AudioFormat, 9> kFormats{{{"audio/pcm", 24'000},
                                                         {"audio/pcm", 8'000},
                                                         {"audio/pcm", 16'000},
                                                         {"audio/pcm", 22'050},
                                                         {"audio/pcm", 32'000},
                                                         {"audio/pcm", 44'100},
                                                         {"audio/pcm", 48'000},
                                                         {"audio/pcmu", 8'000},
                                                         {"audio/pcma", 8'000}}};

}  // namespace

realtime::ProviderProfile profile_of(std::string_view model) {
  const auto at = std::find_if(kModels.begin(), kModels.end(),
                               [&](const Model& each) { return each.name == model; });
  realtime::ProviderProfile profile;
  profile.provider = "xai";
  profile.as_of = at == kModels.end() ? kOldest : at->as_of;
  profile.can_change_tools = true;           // the list is replaced whole (§3)
  profile.can_answer_while_speaking = true;  // an output; a response.create waits its turn
  profile.has_stable_call_ids = true;        // call-<uuid>-<n>, the same in every frame (§4.1)
  profile.tool_export = "xai";               // §4
  profile.withdraws_calls = false;           // §4.1, §6: there is no such event
  profile.calls_in_parallel = true;          // §4.1: all outputs before the one response.create
  profile.calls_go_on = true;                // §4.1: nothing waits for an output but its response
  profile.can_block_calls = false;           // §4: a function has no such field
  profile.speaks_to_outputs = false;         // §4.1, step 11
  profile.obeys_tool_choice = false;         // §3: accepted, its effect is not known
  profile.session_cap = kSessionCap;         // §1
  profile.end_warning = 0s;                  // §6: no event says so
  profile.resumption = realtime::Resumption::conversation;  // §6.1
  profile.resumption_kept = 30min;                          // §6.1, since the last activity
  profile.max_sessions = kMaxSessions;                      // §1
  profile.hears = kFormats;
  profile.speaks = kFormats;
  return profile;
}

}  // namespace callosum::provider::xai
