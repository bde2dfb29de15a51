#pragma once

#include <string>
#include <string_view>

#include "provider/conversation/ga_session.hpp"

namespace callosum::provider::offline {

/// The installed voice that speaks for `name`: the voice itself, or the one that stands in for a
/// vendor's voice, since those are what vendors' clients ask for unless told otherwise. Empty: no
/// such voice.
std::string_view find_voice(std::string_view name);

/// "expected slt, … (or …)": for the answer to any other name.
std::string voices_there_are();

/// Both, for a conversation.
conversation::VoiceList installed_voices();

}  // namespace callosum::provider::offline
