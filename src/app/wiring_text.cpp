#include "app/wiring_text.hpp"

#include "app/counting_chat.hpp"
#include "net/tls.hpp"
#include "provider/chat/chat_client.hpp"
#include "provider/embedding/embedding_client.hpp"
#include "provider/offline/phrase_brain.hpp"
#include "provider/offline/phrase_chat.hpp"

namespace callosum::app {

using provider::chat::ToolStyle;

namespace {

/// The provider's chat server, asked for one purpose.
struct Asked {
  const std::string& provider;
  std::string purpose;
  ToolStyle style = ToolStyle::native;
};

Result<std::shared_ptr<realtime::ChatModel>> reach_chat(Parts& parts, const Asked& asked) {
  const auto& config = parts.config.providers.at(asked.provider);
  auto tls = net::make_client_tls(config.ca_file);
  if (!tls) return tls.error();
  auto chat = provider::chat::make_chat_model(
      {config.brain_url, config.brain_model, config.brain_key, *tls, asked.style,
       std::chrono::milliseconds(config.brain_patience_ms)},
      parts.time);
  return count_requests(std::move(chat), parts.metrics, {asked.provider, asked.purpose});
}

}  // namespace

Result<std::shared_ptr<realtime::ChatModel>> make_chat(
    Parts& parts, const std::shared_ptr<const registry::Snapshot>& snapshot,
    const std::string& name) {
  const auto& config = parts.config.providers.at(name);
  if (config.brain_url.empty()) {
    return provider::offline::make_phrase_chat(provider::offline::make_phrase_brain(snapshot));
  }
  const auto style = config.brain_tools == "inline" ? ToolStyle::in_words : ToolStyle::native;
  return reach_chat(parts, {name, "reply", style});
}

Result<std::shared_ptr<realtime::ChatModel>> make_judge(Parts& parts, const std::string& name) {
  std::shared_ptr<realtime::ChatModel> none;
  if (!parts.config.phone.score_calls) return none;
  if (!parts.config.providers.at(name).brain_url.empty()) {
    return reach_chat(parts, {name, "score"});
  }
  parts.log->warn("calls_not_scored",
                  {{"provider", name},
                   {"reason", "phone.score_calls needs providers." + name +
                                  ".brain_url, a chat model that judges calls"}});
  return none;
}

Result<std::shared_ptr<realtime::EmbeddingModel>> make_embeddings(const config::Config& config) {
  const auto& embeddings = config.embeddings;
  if (embeddings.url.empty()) return std::shared_ptr<realtime::EmbeddingModel>();
  auto tls = net::make_client_tls(embeddings.ca_file);
  if (!tls) return fail(tls.error().type, "embeddings.ca_file: " + tls.error().message);
  return provider::embedding::make_embedding_model(
      {embeddings.url, embeddings.model, embeddings.key, std::move(*tls)});
}

}  // namespace callosum::app
