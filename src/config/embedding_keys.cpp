#include "config/embedding_keys.hpp"

namespace callosum::config {
namespace {

template <auto kMember>
Slot embeddings_at(Config& config, const std::string&) {
  return &(config.embeddings.*kMember);
}

}  // namespace

std::vector<KeySpec> embedding_keys() {
  return {
      {"embeddings.url", Kind::url, embeddings_at<&EmbeddingsConfig::url>,
       "OpenAI-compatible server that tells texts alike in meaning, with what stands before "
       "/embeddings: http://127.0.0.1:11434/v1. What businesses have written down is then searched "
       "by meaning as well as by words (docs/search.md). Empty: by words alone."},
      {"embeddings.key_env", Kind::variable, embeddings_at<&EmbeddingsConfig::key_env>,
       "Environment variable that holds its key. Empty: none is sent."},
      {"embeddings.model", Kind::text, embeddings_at<&EmbeddingsConfig::model>,
       "Its model. With another one every text is sent to it once more."},
      {"embeddings.least_similarity_percent",
       Kind::integer,
       embeddings_at<&EmbeddingsConfig::least_similarity_percent>,
       "How alike a text must be to what is asked to be found by meaning alone: their cosine, in "
       "percent. What is usual differs from model to model.",
       {},
       0,
       100},
      {"embeddings.ca_file", Kind::path, embeddings_at<&EmbeddingsConfig::ca_file>,
       "PEM authorities to trust instead of the system's."},
  };
}

}  // namespace callosum::config
