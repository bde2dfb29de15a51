#include "provider/offline/profile.hpp"

#include <array>

namespace callosum::provider::offline {
namespace {

using namespace std::chrono_literals;

// audio_in.hpp: GA's formats; the ears themselves hear 16 kHz.
constexpr std::array<realtime::AudioFormat, 3> kFormats{
    {{"audio/pcm", 24'000}, {"audio/pcmu", 8'000}, {"audio/pcma", 8'000}}};

}  // namespace

// Our own, so what is said here is how it was built; the protocol is OpenAI Realtime's.
realtime::ProviderProfile profile_of(std::string_view) {
  realtime::ProviderProfile profile;
  profile.provider = "offline";
  profile.as_of = "2026-11-01";
  profile.tool_export = "openai";     // it speaks the same events
  profile.is_networked = false;       // in this process
  profile.calls_in_parallel = true;   // as many as a sentence holds
  profile.calls_go_on = true;         // nothing waits for an output
  profile.obeys_tool_choice = false;  // `auto` alone
  profile.session_cap = 24h;          // none of its own; the gateway's sessions end before
  profile.hears = kFormats;
  profile.speaks = kFormats;
  return profile;
}

}  // namespace callosum::provider::offline
