#pragma once

#include <string_view>

#include "sim/service/mouth.hpp"
#include "sim/streaming.hpp"

namespace callosum::sim::speech {

/// `POST /v1/audio/speech` (protocol: telephony §4.5): pcm (24 kHz) and wav, in chunks that split
/// samples, or as events. VALIDATION as the service has it. `said`: the text.
Result<StreamPlan> plan_speech(std::string_view body, const VoiceManner& manner, std::string& said);

/// As OpenAI writes it.
net::HttpResponse openai_error(int status, std::string_view code, std::string_view message);

}  // namespace callosum::sim::speech
