#pragma once

#include <chrono>
#include <memory>
#include <string_view>

#include "policy/prepared_call.hpp"
#include "registry/envelope.hpp"

namespace callosum::pipeline {

/// What an answer and its record say of the call they belong to.
struct CallView {
  const registry::ToolCall& call;
  const registry::CallContext& context;
  const registry::ToolSpec* tool;  ///< null: unknown
  std::string_view key, arguments_hash;
  registry::Access access;
};
CallView view_of(const policy::PreparedCall& prepared);

std::shared_ptr<registry::Envelope> failed(Error error);
/// Which call it answers, and what the caller may be told where the tool failed.
void fill_meta(registry::Envelope& envelope, const CallView& call,
               std::chrono::microseconds duration);

}  // namespace callosum::pipeline
