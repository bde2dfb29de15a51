#pragma once

#include <boost/json/object.hpp>
#include <optional>
#include <span>
#include <string_view>

#include "sim/realtime/state.hpp"
#include "sim/realtime/wire.hpp"

namespace callosum::sim {

/// One connection's conversation: client events in, server events out through the Wire. Knows no
/// socket and waits for nothing; what happens later goes to the Timeline.
class Partner {
 public:
  virtual ~Partner() = default;
  virtual void begin() = 0;
  virtual void on_text(std::string_view frame) = 0;
  virtual void on_binary(std::string_view bytes) = 0;
  /// The connection has gone.
  virtual void end() = 0;
};

/// The client event in `frame`; what is none is refused and counted.
std::optional<json::object> read_event(Wire& wire, std::string_view frame);
/// Books a function_call_output; false when it was refused.
bool take_output(Wire& wire, State& state, const json::object& event);
/// Books a function_call that the client itself puts into the conversation.
void seed_call(State& state, const json::object& item);
void count_unanswered(Wire& wire, const State& state);

}  // namespace callosum::sim
