#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/clock.hpp"

namespace callosum::session {

/// Somebody who is heard while a reply is being spoken, or made.
struct Overlap {
  std::string item_id;  ///< that their turn will be, if it is one
  std::int64_t at_ms = 0;
  std::int64_t stopped_ms = -1;  ///< they have ended; -1: they have not
  SteadyTime since{};
  std::string words;       ///< as far as the ears know them
  bool is_told = false;    ///< it has interrupted, on suspicion
  bool has_words = false;  ///< `words` are all of them: they have ended
  bool is_asked = false;   ///< who speaks has just been asked something
};

/// What it comes to. `suspected`: it goes on for so long that it interrupts, as long as no words
/// say that it was nothing.
enum class OverlapVerdict : std::uint8_t { open, suspected, interrupts, passes };

/// A rule about time and words, pure. Words that are more than a back-channel interrupt at once,
/// and so does any word of who was just asked something. Sound alone does after `after`; one that
/// only shows that somebody listens, when it lasts beyond all bounds. What ends without more
/// passes: the reply goes on.
OverlapVerdict judge(const Overlap& overlap, SteadyTime now, std::chrono::milliseconds after);
/// When to judge again without news; max: never.
SteadyTime next_judgement(const Overlap& overlap, std::chrono::milliseconds after);

}  // namespace callosum::session
