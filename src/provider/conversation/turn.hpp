#pragma once

#include <string>

namespace callosum::provider::conversation {

/// One step of a conversation, as whoever plans reads it.
struct Turn {
  enum class Kind { system, user, assistant, call, output } kind = Kind::user;
  std::string text;  ///< what was said; the arguments of a call; the output of one
  std::string call_id;
  std::string name;            ///< of a call
  bool was_understood = true;  ///< a user's speech that the ears are sure of
  std::string item_id = {};    ///< of the conversation's item that it tells of
};

struct PlannedCall {
  std::string name;
  std::string arguments;  ///< JSON text
};

}  // namespace callosum::provider::conversation
