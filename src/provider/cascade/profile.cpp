#include "provider/cascade/profile.hpp"

#include <array>

namespace callosum::provider::cascade {
namespace {

using namespace std::chrono_literals;

// Every ear and mouth takes these (protocols §4), or what it takes is resampled.
constexpr std::array<realtime::AudioFormat, 3> kFormats{
    {{"audio/pcm", 24'000}, {"audio/pcmu", 8'000}, {"audio/pcma", 8'000}}};

}  // namespace

realtime::ProviderProfile profile_of(std::string_view) {
  realtime::ProviderProfile profile;
  profile.provider = "cascade";
  profile.as_of = "2026-11-01";
  profile.tool_export = "openai";    // the chat model's list is made of the callers' one
  profile.calls_in_parallel = true;  // as many as its answer holds
  profile.calls_go_on = true;        // nothing waits for an output
  profile.session_cap = 24h;         // none of its own: lines are replaced beneath it
  profile.hears = kFormats;
  profile.speaks = kFormats;
  return profile;
}

}  // namespace callosum::provider::cascade
