#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>
#include <chrono>
#include <cstdint>
#include <string>

#include "provider/openai/openai_port.hpp"

namespace callosum::provider::openai {

/// What a browser opens its own connection to the provider with.
struct MintedSecret {
  std::string value;
  std::int64_t expires_at_s = 0;  ///< seconds since 1970
  std::string session_id;         ///< of the session that it opens; empty: the answer names none
};

/// `POST …/v1/realtime/client_secrets` with our key (protocol §3.1). `body` is the request's.
/// TRANSIENT, TIMEOUT, or PERMANENT where it refuses; neither what it said nor our key is in the
/// message or the detail.
boost::asio::awaitable<Result<MintedSecret>> mint_client_secret(async::TimeSource& time,
                                                                OpenAiOptions options,
                                                                std::string body,
                                                                async::Deadline deadline);

/// "https://api.openai.com/v1/realtime/client_secrets" of a socket's address.
std::string client_secrets_url(const std::string& socket_url);

/// What the answer holds. INVALID_OUTPUT where it is no secret.
Result<MintedSecret> decode_minted_secret(std::string_view body);

}  // namespace callosum::provider::openai
