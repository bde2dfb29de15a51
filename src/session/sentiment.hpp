#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "realtime/chat_model.hpp"

namespace callosum::session {

/// What a chat model is asked about a conversation that is over: how the person felt, from their
/// own words alone, which are data to it. `said`: utterance by utterance; of many the latest.
realtime::ChatRequest ask_sentiment(const std::vector<std::string>& said);

/// From -1, upset, to 1, glad. Nothing where the answer is anything but the object that was asked
/// for.
std::optional<double> read_sentiment(std::string_view answer);

}  // namespace callosum::session
