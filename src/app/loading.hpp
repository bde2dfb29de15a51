#pragma once

#include <boost/asio/awaitable.hpp>
#include <memory>
#include <optional>
#include <string>

#include "app/parts.hpp"
#include "session/load_state.hpp"
#include "session/model_source.hpp"

namespace callosum::app {

/// What the conversation of this context may load at all; nothing where no pack gates by mode.
boost::asio::awaitable<Result<std::optional<session::LoadGround>>> make_load_ground(
    Parts& parts, registry::CallContext context, policy::SwitchedOff off, async::Deadline deadline);

/// The context from here on has this set loaded; null: everything.
void put_loaded(registry::CallContext& context, std::shared_ptr<const registry::LoadedSet> set);

/// Whether a provider takes no new list of tools within a session, and could not go on with a new
/// connection either: then one tool carries the others.
bool is_frozen(const config::Config& config, const std::string& provider,
               const realtime::ProviderProfile& profile);

}  // namespace callosum::app
