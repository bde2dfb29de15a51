#include "provider/openai/profile.hpp"

#include <algorithm>
#include <array>

namespace callosum::provider::openai {
namespace {

using namespace std::chrono_literals;

struct Model {
  std::string_view name;
  std::string_view as_of;
  std::string_view retires;
};

// protocols: OpenAI Realtime §1.
constexpr std::array kModels{
    Model{"gpt-realtime-2.1", "2026-11-01", ""},
    Model{"gpt-realtime-2.1-mini", "2026-11-01", ""},
    Model{"gpt-realtime-2", "2026-11-01", ""},
    Model{"gpt-realtime-1.5", "2026-11-01", ""},
    Model{"gpt-realtime", "2026-11-01", "2027-01-20"},
    Model{"gpt-realtime-2025-08-28", "2026-11-01", "2027-01-20"},
    Model{"gpt-realtime-mini", "2026-11-01", "2027-01-20"},
};
constexpr Model kAnyOther{"", "2026-11-01", ""};

// §4, §15: PCM of no other rate.
constexpr std::array<realtime::AudioFormat, 3> kFormats{
    {{"audio/pcm", 24'000}, {"audio/pcmu", 8'000}, {"audio/pcma", 8'000}}};

}  // namespace

realtime::ProviderProfile profile_of(std::string_view model) {
  const auto at = std::find_if(kModels.begin(), kModels.end(),
                               [&](const Model& each) { return each.name == model; });
  const auto& known = at == kModels.end() ? kAnyOther : *at;
  realtime::ProviderProfile profile;
  profile.provider = "openai";
  profile.as_of = known.as_of;
  profile.retires = known.retires;
  profile.tool_export = "openai";                   // §5: function tools, flat
  profile.can_change_tools = true;                  // §4.2: the list is replaced whole
  profile.can_answer_while_speaking = true;         // §0.5: an output; not a response.create
  profile.has_stable_call_ids = true;               // §7
  profile.withdraws_calls = false;                  // §12: a completed call stays, and is answered
  profile.calls_in_parallel = true;                 // §11.4
  profile.calls_go_on = true;                       // §11.5
  profile.can_block_calls = false;                  // §11.5: there is no flag
  profile.speaks_to_outputs = false;                // §11.5: a late output alone triggers nothing
  profile.obeys_tool_choice = true;                 // §4
  profile.session_cap = 60min;                      // §2.1
  profile.end_warning = 0s;                         // §2.1: expires_at, at the start
  profile.resumption = realtime::Resumption::none;  // §2.1
  profile.hears = kFormats;
  profile.speaks = kFormats;
  return profile;
}

}  // namespace callosum::provider::openai
