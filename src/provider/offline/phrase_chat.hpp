#pragma once

#include <memory>
#include <vector>

#include "provider/offline/brain.hpp"
#include "realtime/chat_model.hpp"

namespace callosum::provider::offline {

/// The messages of a chat as turns: labels of speakers are taken off, what the ears were not sure
/// of (realtime/chat_model.hpp) was not understood.
std::vector<Turn> turns_of_messages(const json::array& messages);

/// A brain of the offline voice where a chat model is asked for.
std::shared_ptr<realtime::ChatModel> make_phrase_chat(std::unique_ptr<Brain> brain);

}  // namespace callosum::provider::offline
