#pragma once

#include <functional>
#include <memory>

#include "channel/twilio/phone_line.hpp"
#include "net/queue_budget.hpp"
#include "registry/tool_call.hpp"
#include "session/caller_link.hpp"

namespace callosum::channel::twilio {

/// What a phone's side of a session is made of.
struct PhoneLinkParts {
  async::TimeSource& time;
  std::unique_ptr<net::WsConnection> connection;
  LineOpening opening;
  storage::CallRecord before;  ///< of this call so far; its ids are set
  std::function<void(storage::CallRecord)> keep;
  std::chrono::seconds longest{3600};
  bool keeps_words = true;                   ///< see CallRecorder
  std::shared_ptr<net::QueueBudget> budget;  ///< of what waits to be played; null: none
  /// Numbers that the call may be handed on to, by name; null: none.
  std::shared_ptr<const registry::Destinations> transfers{};
  /// Called once, when the conversation is over and kept; never waits. Empty: nobody is told.
  std::function<void(EndedCall call)> on_ended{};
};

/// A carrier's media stream as the caller's side of a session.
std::unique_ptr<session::CallerLink> make_phone_link(PhoneLinkParts parts);

}  // namespace callosum::channel::twilio
