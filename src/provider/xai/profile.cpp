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

// 30, 60 and 120 minutes are all published; a connection is renewed before the shortest.
constexpr auto kSessionCap = 30min;

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
  profile.session_cap = kSessionCap;
  return profile;
}

}  // namespace callosum::provider::xai
