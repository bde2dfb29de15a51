#include "app/reply_paths.hpp"

#include "session/bridge_port.hpp"

namespace callosum::app {

using registry::ReplyPath;

void latch_reply_path(std::string_view word, registry::CallContext& context) {
  context.reply_path = registry::parse_word<ReplyPath>(word).value_or(ReplyPath::native);
  const bool is_transport = context.reply_path == ReplyPath::brain;
  context.tool_ownership = is_transport ? registry::ToolOwnership::transport_only
                                        : registry::ToolOwnership::provider_native;
  context.is_provider_planned = !is_transport;
}

std::function<std::unique_ptr<realtime::ModelPort>()> make_model_of(
    Parts& parts, std::shared_ptr<const Edition> edition, ReplyPath path, std::string model) {
  return [&parts, edition = std::move(edition), path,
          model = std::move(model)]() -> std::unique_ptr<realtime::ModelPort> {
    const auto& provider = edition->provider();
    if (path == ReplyPath::bridge) {
      return session::make_bridge_port(
          {parts.random, provider.make(model), provider.make_ears, kUnnamedSpeaker});
    }
    return provider.make(model);
  };
}

}  // namespace callosum::app
