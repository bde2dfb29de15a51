#pragma once

#include <memory>
#include <string>

#include "app/parts.hpp"
#include "realtime/chat_model.hpp"
#include "realtime/embedding_model.hpp"
#include "registry/snapshot.hpp"

namespace callosum::app {

// The part of wiring.cpp that names what plans, judges and compares in text.

/// What plans where the provider of that name is only a mouth. Without a chat server, which a
/// cascade alone may be, the offline voice does.
Result<std::shared_ptr<realtime::ChatModel>> make_chat(
    Parts& parts, const std::shared_ptr<const registry::Snapshot>& snapshot,
    const std::string& name);
/// What judges that provider's calls once they are over; null: nobody asks for that, or there is
/// nothing that could.
Result<std::shared_ptr<realtime::ChatModel>> make_judge(Parts& parts, const std::string& name);
/// What `embeddings` configures; null: nothing. VALIDATION names the key that is wrong.
Result<std::shared_ptr<realtime::EmbeddingModel>> make_embeddings(const config::Config& config);

}  // namespace callosum::app
