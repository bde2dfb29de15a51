#pragma once

#include "base/error.hpp"
#include "net/ws_connection.hpp"

namespace callosum::provider::cloud {

/// What a close means (protocol §2.1: the reason reads `<error.type>.<error.code>`): AUTH and
/// PERMANENT must not be retried, TRANSIENT may.
Error explain_close(const net::CloseInfo& close);

}  // namespace callosum::provider::cloud
