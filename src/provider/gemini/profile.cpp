#include "provider/gemini/profile.hpp"

#include <array>

namespace callosum::provider::gemini {
namespace {

using namespace std::chrono_literals;

// §7: what it hears and speaks by itself; the adapter resamples the rest.
constexpr std::array kHears{realtime::AudioFormat{"audio/pcm", 16'000}};
constexpr std::array kSpeaks{realtime::AudioFormat{"audio/pcm", 24'000}};

struct Model {
  std::string_view prefix;
  std::string_view as_of;
  ModelTraits traits;
};

// Of the vendor's pages (protocols: Gemini Live §8). No model is known for certain to take plain
// JSON Schema in a live session: the vendor's SDK sends it, others found it refused (§14).
constexpr std::array kModels{
    Model{"gemini-3.8-live",
          "2026-11-15",
          {.context_update = true, .calls_go_on = true, .can_block_calls = true}},
    Model{"gemini-3.1-flash-live-preview", "2026-11-15", {.content_any_time = false}},
    Model{"gemini-2.5-flash-native-audio", "2026-11-15", {.can_block_calls = true}},
    Model{"gemini-live-2.5-flash-native-audio", "2026-11-15", {.can_block_calls = true}},
};
constexpr Model kUnknown{"", "2026-11-15", {}};

// Without end: its window slides (§7). A connection lives for ten minutes, which is the adapter's
// own business: goAway says so a minute before, and another takes the session up.
constexpr auto kSessionCap = 24h;

const Model& find_model(std::string_view model) {
  const auto slash = model.rfind('/');
  if (slash != std::string_view::npos) model.remove_prefix(slash + 1);
  const auto* best = &kUnknown;
  for (const auto& each : kModels) {
    if (model.starts_with(each.prefix) && each.prefix.size() > best->prefix.size()) best = &each;
  }
  return *best;
}

}  // namespace

ModelTraits traits_of(std::string_view model) { return find_model(model).traits; }

realtime::ProviderProfile profile_of(std::string_view model) {
  realtime::ProviderProfile profile;
  profile.provider = "gemini";
  profile.as_of = find_model(model).as_of;
  profile.can_change_tools = traits_of(model).context_update;  // §6; else by another connection
  profile.can_answer_while_speaking = true;  // the adapter keeps an output until it may be given
  profile.has_stable_call_ids = true;
  profile.withdraws_calls = true;                              // toolCallCancellation
  profile.tool_export = "gemini";                              // §4.1: `parameters`, rewritten
  profile.calls_in_parallel = true;                            // §3: several calls in one toolCall
  profile.calls_go_on = traits_of(model).calls_go_on;          // §5
  profile.can_block_calls = traits_of(model).can_block_calls;  // §5: `behavior`
  profile.speaks_to_outputs = true;                            // §11: no response is asked for
  profile.obeys_tool_choice = false;                           // §4: no toolConfig in a live setup
  profile.session_cap = kSessionCap;
  profile.end_warning = 60s;                          // §3: goAway
  profile.resumption = realtime::Resumption::handle;  // §7
  profile.resumption_kept = 2h;                       // §7
  profile.hears = kHears;
  profile.speaks = kSpeaks;
  return profile;
}

}  // namespace callosum::provider::gemini
