#pragma once

#include "net/client.hpp"
#include "provider/openai/openai_port.hpp"

namespace callosum::provider::openai {

/// The socket of a service of this kind: its model in the address, our key in the head, bounded.
net::WsConnectOptions connect_options(const OpenAiOptions& options);

}  // namespace callosum::provider::openai
