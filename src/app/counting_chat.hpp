#pragma once

#include <memory>
#include <string>

#include "realtime/chat_model.hpp"
#include "telemetry/metrics.hpp"

namespace callosum::app {

/// What a chat model is asked for, in the metrics.
struct ChatPurpose {
  std::string provider;  ///< in the configuration
  std::string purpose;   ///< "reply", "score"
};

/// The same chat model, with its requests counted by how they ended: `chat_requests_total`.
/// `metrics` outlives it.
std::shared_ptr<realtime::ChatModel> count_requests(std::shared_ptr<realtime::ChatModel> chat,
                                                    telemetry::Metrics& metrics,
                                                    ChatPurpose purpose);

}  // namespace callosum::app
