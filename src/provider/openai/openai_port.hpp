#pragma once

#include <memory>
#include <string>

#include "async/time_source.hpp"
#include "base/secret.hpp"
#include "net/tls.hpp"
#include "net/ws_connection.hpp"
#include "realtime/model_port.hpp"

namespace callosum::provider::openai {

struct OpenAiOptions {
  std::string url;  ///< wss://api.openai.com/v1/realtime, or a compatible server
  Secret key;
  std::string model;
  std::shared_ptr<net::TlsContext> tls;
  std::shared_ptr<net::QueueBudget> queue_budget;  ///< null: none
};

/// OpenAI's GA Realtime WebSocket. Our inner language is its wire, so frames pass as they came.
std::unique_ptr<realtime::ModelPort> make_openai_port(OpenAiOptions options,
                                                      async::TimeSource& time);

}  // namespace callosum::provider::openai
