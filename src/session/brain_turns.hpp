#pragma once

#include <map>
#include <string>
#include <vector>

#include "provider/conversation/turn.hpp"
#include "session/context.hpp"

namespace callosum::session {

/// Who said what, by the id of its item; nobody is told apart in what was typed.
using SpeakersOfItems = std::map<std::string, std::string, std::less<>>;

/// A conversation's turns as a context's continuity: a call and its output become one moment.
std::vector<Moment> continuity_of(const std::vector<provider::conversation::Turn>& turns,
                                  const SpeakersOfItems& speakers);

}  // namespace callosum::session
