#pragma once

#include <atomic>
#include <memory>

#include "async/time_source.hpp"
#include "base/random.hpp"
#include "provider/cloud/connect_options.hpp"
#include "realtime/model_port.hpp"

namespace callosum::provider::gemini {

struct GeminiOptions {
  cloud::CloudOptions cloud;
  /// Set once a server has refused contextUpdate; shared by the sessions of a model.
  std::shared_ptr<std::atomic<bool>> no_context_update;
};

/// Google's Live API (BidiGenerateContent). A host alone stands for the Gemini API's own address
/// there. `random` outlives it.
std::unique_ptr<realtime::ModelPort> make_gemini_port(GeminiOptions options,
                                                      async::TimeSource& time, Random& random);

}  // namespace callosum::provider::gemini
