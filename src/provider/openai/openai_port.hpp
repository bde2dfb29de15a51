#pragma once

#include <memory>

#include "async/time_source.hpp"
#include "provider/cloud/connect_options.hpp"
#include "realtime/model_port.hpp"

namespace callosum::provider::openai {

using OpenAiOptions = cloud::CloudOptions;

/// OpenAI's GA Realtime WebSocket. Our inner language is its wire, so frames pass as they came.
std::unique_ptr<realtime::ModelPort> make_openai_port(OpenAiOptions options,
                                                      async::TimeSource& time);

}  // namespace callosum::provider::openai
