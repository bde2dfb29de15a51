#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "async/time_source.hpp"
#include "base/secret.hpp"
#include "net/tls.hpp"
#include "provider/chat/chat_wire.hpp"
#include "realtime/chat_model.hpp"

namespace callosum::provider::chat {

struct ChatOptions {
  std::string url;  ///< base of an OpenAI-compatible server: http://127.0.0.1:11434/v1
  std::string model;
  Secret key;  ///< empty: none is sent
  std::shared_ptr<net::TlsContext> tls;
  ToolStyle tools = ToolStyle::native;
  std::chrono::milliseconds patience{0};  ///< with a server that says nothing; 0: its deadline's
};

/// A language model behind `POST {url}/chat/completions` (Ollama, llama.cpp, vLLM, …), streamed.
std::shared_ptr<realtime::ChatModel> make_chat_model(ChatOptions options, async::TimeSource& time);

}  // namespace callosum::provider::chat
