#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace callosum::realtime {

/// A format of sound that a provider takes or gives by itself; others are resampled here.
struct AudioFormat {
  std::string_view type;  ///< GA's word: "audio/pcm", "audio/pcmu"
  int rate_hz = 0;
};

/// What another connection may go on from.
enum class Resumption : std::uint8_t {
  none,          ///< nothing: the conversation is told again
  conversation,  ///< the conversation's id; its items are replayed
  handle         ///< what the provider last gave for it
};

/// What a provider and model can do: dated data, asked by the session instead of the vendor's name.
/// One file a provider, `provider/NAME/profile.cpp`, where each value cites its protocol's section.
/// Schema keywords and the rules of names are the export's own (`registry/export`): `tool_export`
/// says which.
struct ProviderProfile {
  std::string provider;                ///< label of logs and metrics
  std::string as_of;                   ///< date of the knowledge
  std::string retires;                 ///< when the vendor switches the model off; empty: unknown
  std::string tool_export = "openai";  ///< the registry's export that its tool lists are made by
  bool can_change_tools = true;        ///< within a session
  bool can_answer_while_speaking = true;  ///< an output is allowed while a response runs
  bool has_stable_call_ids = true;        ///< the same call keeps its id, and no two share one
  bool is_networked = true;               ///< can be lost and found again
  bool withdraws_calls = false;           ///< may take a call back; it must not be answered then
  bool calls_in_parallel = true;          ///< several calls in one response
  bool calls_go_on = true;                ///< talk goes on while a call is open, unasked
  bool can_block_calls = false;           ///< a tool may be declared to hold the talk up, or not to
  bool speaks_to_outputs = false;         ///< by itself: no response is asked for
  bool obeys_tool_choice = true;          ///< `tool_choice` is known to have its effect
  std::chrono::seconds session_cap{3600};  ///< the provider ends the session then
  std::chrono::seconds end_warning{0};     ///< how long before it says so; 0: not at all
  Resumption resumption = Resumption::none;
  std::chrono::seconds resumption_kept{0};  ///< how long after the end
  std::uint32_t max_sessions = 0;           ///< at once, of one account; 0: not published
  std::span<const AudioFormat> hears;
  std::span<const AudioFormat> speaks;
};

}  // namespace callosum::realtime
