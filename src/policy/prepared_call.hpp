#pragma once

#include <algorithm>
#include <boost/json/object.hpp>
#include <optional>
#include <string>
#include <vector>

#include "async/deadline.hpp"
#include "base/error.hpp"
#include "policy/session_calls.hpp"
#include "registry/schema.hpp"
#include "registry/snapshot.hpp"
#include "registry/tool_call.hpp"

namespace callosum::policy {

namespace json = boost::json;

/// A call after preparation, as every gate sees it. What failed in preparation is carried along, to
/// be spoken by the gate it belongs to.
struct PreparedCall {
  const registry::ToolCall& call;
  const registry::CallContext& context;
  SessionCalls& calls;
  async::Deadline deadline;  ///< of the turn; the tool's own comes later

  const registry::ToolSpec* tool = nullptr;  ///< null: not in the pinned snapshot
  json::value sent =
      json::object();  ///< an object: what the model sent, without reserved and bound
  json::object bound;  ///< `sent` with the bound parameters, where the tool has any
  std::optional<Error> arguments_problem;  ///< unreadable, or a bound parameter with another value
  std::string canonical;                   ///< RFC 8785 text of `arguments()`
  std::string arguments_hash;  ///< its SHA-256; of the raw text where that cannot be read
  registry::Access access =
      registry::Access::read;  ///< by argument value; the strictest where unreadable
  std::string confirmation_token;
  /// What makes it this call: "provider:<id>", or "hash:<hex>" where its id says nothing.
  std::string key;
  /// What makes it this act, where the tool says so: two calls of one session with the same act
  /// change something once. Empty: none.
  std::string act;

  /// What its session knows it by. Providers that take each other's place name calls as they like,
  /// and may give one id to two.
  std::string known_as() const {
    return key.starts_with("provider:") ? context.provider + " " + key : key;
  }
  bool is_write() const { return access != registry::Access::read; }
  /// What these very arguments ask of the caller; the strictest where they cannot be read.
  registry::Confirmation confirmation() const {
    if (!tool) return registry::Confirmation::none;
    return tool->confirmation_for(arguments_problem ? nullptr : &arguments());
  }
  /// The stricter of the session's and of the tool's pack.
  registry::AccessMode access_mode() const {
    return tool ? std::min(context.access_mode, tool->access_mode) : context.access_mode;
  }

  /// What the tool gets: after binding.
  const json::object& arguments() const {
    return tool && !tool->bind.empty() ? bound : sent.get_object();
  }
};

}  // namespace callosum::policy
