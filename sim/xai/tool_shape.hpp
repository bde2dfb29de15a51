#pragma once

#include "sim/realtime/checks.hpp"

namespace callosum::sim::xai {

/// `tools` of a session: functions, and what xAI runs itself (protocol §4).
Problem check_tools(const json::value& value, const std::string& path);

}  // namespace callosum::sim::xai
