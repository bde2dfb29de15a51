#pragma once

#include <memory>
#include <string>

#include "async/time_source.hpp"
#include "base/secret.hpp"
#include "net/tls.hpp"
#include "provider/offline/brain.hpp"

namespace callosum::provider::offline {

struct ChatBrainOptions {
  std::string url;  ///< base of an OpenAI-compatible server: http://127.0.0.1:11434/v1
  std::string model;
  Secret key;  ///< empty: none is sent
  std::shared_ptr<net::TlsContext> tls;
};

/// A language model behind `POST {url}/chat/completions` (Ollama, llama.cpp, vLLM, …), asked for
/// one step at a time.
std::unique_ptr<Brain> make_chat_brain(ChatBrainOptions options, async::TimeSource& time);

/// The request's body and the answer's reading, pure (protocol: chat completions).
std::string encode_chat_request(const std::string& model, const std::vector<Turn>& turns,
                                const json::array& tools, const std::string& instructions);
Result<Plan> decode_chat_answer(std::string_view body);

}  // namespace callosum::provider::offline
