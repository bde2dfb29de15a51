#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "net/client.hpp"
#include "provider/cloud/connect_options.hpp"

namespace callosum::provider::gemini {

/// The WebSocket of the service (protocols: Gemini Live §1.1): repeated slashes made one, the
/// service's path where the configured address has none, and our key in the head.
net::WsConnectOptions address_options(const cloud::CloudOptions& options);

/// What an end means (§9).
Error explain_close(const net::CloseInfo& close);

}  // namespace callosum::provider::gemini
