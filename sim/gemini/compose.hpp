#pragma once

#include <boost/json/object.hpp>
#include <functional>
#include <string>
#include <vector>

#include "sim/gemini/script.hpp"
#include "sim/gemini/state.hpp"

namespace callosum::sim::gemini {

/// One thing that a turn does, some time after the one before it.
struct Step {
  enum class Kind : std::uint8_t {
    message,
    calls,   ///< a toolCall
    wait,    ///< nothing more until the calls that block are answered
    finish,  ///< turnComplete, with the usage of what was really sent
    silence,
    disconnect,
    go_away,
    cancel,
  };

  Kind kind = Kind::message;
  Ms delay{0};
  json::object message;
  std::string spoken;  ///< what the message says, for the history
  Ms sound{0};
  Ms time_left{0};
  Disconnect disconnect;

  /// "toolCall", or the first of a serverContent's fields: "turnComplete", "modelTurn", ….
  std::string_view type() const;
};

/// What the shape of a turn's messages depends on.
struct Frame {
  const State& state;
  const Script& script;
  std::function<std::string(std::string_view prefix)> make_id;
};

/// All messages of a turn in the order of protocol §3.1, faults worked in.
std::vector<Step> compose(const Reply& reply, const Frame& frame);

/// {"serverContent": {key: value}}
json::object server_content(std::string_view key, json::value value);
/// "10s", "1.500s", as proto3 JSON writes a duration.
std::string duration(Ms time);
json::object tool_call_cancellation(const std::vector<std::string>& ids);
/// A text cut into what a transcriber gives at a time.
std::vector<std::string> cut_words(std::string_view text, std::size_t pieces);

/// `reply`'s faults worked into its steps.
void apply_faults(const Reply& reply, std::vector<Step>& steps);

}  // namespace callosum::sim::gemini
