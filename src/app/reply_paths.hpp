#pragma once

#include <functional>
#include <memory>
#include <string>

#include "app/edition.hpp"
#include "app/parts.hpp"
#include "registry/tool_call.hpp"

namespace callosum::app {

/// Who speaks where the caller's program names nobody.
inline constexpr const char* kUnnamedSpeaker = "Caller";

/// Who plans the calls of a session on this path, by the configuration's word.
void latch_reply_path(std::string_view word, registry::CallContext& context);

/// How a session uses its models.
struct ModelUse {
  bool is_alone;                     ///< there is no other to ask
  std::shared_ptr<bool> was_served;  ///< the conversation, by any of them
};

/// What makes the model that a session talks to: the provider itself, or what its reply path puts
/// around it. `model` is the one chosen by the client, or empty.
std::function<std::unique_ptr<realtime::ModelPort>()> make_model_of(
    Parts& parts, std::shared_ptr<const ProviderFactory> provider, registry::ReplyPath path,
    std::string model, const ModelUse& use);

}  // namespace callosum::app
