#pragma once

#include "sim/gemini/dialogue.hpp"

namespace callosum::sim::gemini {

/// Both sides of a conversation and what they share.
struct Dialogue::Talk {
  Talk(Wire& wire, Timeline& timeline, State given)
      : state(std::move(given)),
        speaker(wire, state, timeline),
        listener(wire, state, timeline, speaker) {}

  State state;
  Speaker speaker;
  Listener listener;
};

}  // namespace callosum::sim::gemini
