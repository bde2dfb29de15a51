#pragma once

#include <memory>

#include "async/time_source.hpp"
#include "provider/cloud/connect_options.hpp"
#include "realtime/model_port.hpp"

namespace callosum::provider::xai {

using XaiOptions = cloud::CloudOptions;

/// xAI's voice WebSocket, wss://api.x.ai/v1/realtime.
std::unique_ptr<realtime::ModelPort> make_xai_port(XaiOptions options, async::TimeSource& time);

}  // namespace callosum::provider::xai
