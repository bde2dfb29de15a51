#pragma once

#include <memory>
#include <string>

#include "base/secret.hpp"
#include "net/tls.hpp"
#include "realtime/embedding_model.hpp"

namespace callosum::provider::embedding {

struct EmbeddingOptions {
  std::string url;  ///< base of an OpenAI-compatible server: http://127.0.0.1:11434/v1
  std::string model;
  Secret key;  ///< empty: none is sent; never in an error
  std::shared_ptr<net::TlsContext> tls;
};

/// A model behind `POST {url}/embeddings` (Ollama, llama.cpp, vLLM, …). One request an `embed`.
std::shared_ptr<realtime::EmbeddingModel> make_embedding_model(EmbeddingOptions options);

}  // namespace callosum::provider::embedding
