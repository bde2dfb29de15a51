#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "sim/realtime/conversation.hpp"
#include "sim/realtime/session.hpp"

namespace callosum::sim {

/// A function call of the model, from its item's end on.
struct CallState {
  bool is_cut = false;
  std::size_t outputs = 0;
};

/// What one connection remembers. Owned by its Dialogue.
struct State {
  std::unique_ptr<Session> session;
  Conversation conversation;
  std::map<std::string, CallState, std::less<>> calls;
  std::set<std::string, std::less<>> open_calls;  ///< finished and without an output
  bool has_spoken = false;
};

}  // namespace callosum::sim
