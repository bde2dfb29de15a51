#pragma once

#include <algorithm>
#include <boost/json/value.hpp>
#include <chrono>
#include <string>

#include "base/clock.hpp"

namespace callosum::provider::gemini {

namespace json = boost::json;

/// A response that somebody asks for: by response.create, or to have words spoken.
struct Ask {
  std::string event_id;
  json::value metadata = nullptr;
  std::string text;  ///< what the model is told for this answer; empty: nothing
  bool is_utterance = false;
  bool is_text_only = false;
  SteadyTime until{};  ///< it is not kept waiting longer
};

/// The model's turn on the wire, which is not the GA response: it may hold none, and goes on while
/// calls wait for their answers.
struct Turn {
  /// Longest silence of a turn of which nothing is still being played.
  static constexpr std::chrono::seconds kPatience{20};
  /// How long behind the sound its end may come.
  static constexpr std::chrono::seconds kPlayback{10};
  /// `interrupted` may come so long behind the end of what it interrupted (protocols: Gemini Live
  /// §3.1).
  static constexpr std::chrono::seconds kLateInterruption{1};

  bool is_open = false;         ///< by all that is known the model is at it
  bool awaits_outputs = false;  ///< it is silent until its calls are answered
  bool is_answering = false;    ///< the model was given outputs, and will speak to them by itself
  bool is_dropped = false;      ///< cancelled by the client: the rest of it is for nobody
  bool ends_twice = false;      ///< it was interrupted by what we sent: its end is still to come
  bool is_generated = false;    ///< generationComplete
  SteadyTime sound_until{};     ///< as if it were played at once
  SteadyTime end_by{};          ///< given up then

  void heard_of(SteadyTime now) { end_by = std::max(now + kPatience, sound_until + kPlayback); }
  void open(SteadyTime now) {
    is_open = true;
    awaits_outputs = false;
    heard_of(now);
  }
};

}  // namespace callosum::provider::gemini
