#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/realtime/checks.hpp"
#include "sim/realtime/compose.hpp"
#include "sim/realtime/script.hpp"
#include "sim/realtime/world.hpp"

namespace callosum::sim {

/// How much of a connection one response has used, for its `usage`.
struct Spent {
  std::size_t input_bytes = 0;  ///< of all text in the conversation
  Ms sound{0};
  std::size_t deltas = 0;
  std::size_t items = 0;
};

/// A tool that the session took and a turn then fails on.
struct BadTool {
  std::string name;
  json::object error;
};

/// What one vendor spells otherwise than the others of this family of wires; all else is common.
/// Has no state of its own and outlives every connection.
class Dialect {
 public:
  virtual ~Dialect() = default;

  /// An id for what OpenAI's `prefix` ("item_", "resp_", "event_" …) stands for.
  virtual std::string make_id(World& world, std::string_view prefix) const = 0;
  /// The `event_id` of a connection's nth event.
  virtual std::string event_id(World&, const std::string& prefix, std::size_t nth) const {
    return prefix + "_" + std::to_string(nth);
  }
  /// What every event of this vendor carries besides, at the moment it is sent.
  virtual void dress(json::object&, World&) const {}
  /// The error event of `error`, which has the members of OpenAI's.
  virtual json::object error_event(json::object error, const Script& script) const = 0;

  virtual Problem check_response(const json::value& params) const = 0;
  /// Whether this response.create asks for a response outside the conversation.
  virtual bool is_beside(const json::object&) const { return false; }
  virtual std::optional<BadTool> find_bad_tool(const json::object&, const json::object&) const {
    return {};
  }
  /// Fills what the session and the response's own parameters say: sound, transport, place.
  virtual void shape_frame(const json::object& session, const json::object& params,
                           ResponseFrame& frame) const = 0;
  /// `response` of response.created.
  virtual json::object response_body(const json::object& session, const json::object& params,
                                     const ResponseFrame& frame) const = 0;
  /// The event response.done of a `body` that has its final status and output.
  virtual json::object done_event(json::object& body, json::value details,
                                  const Spent& spent) const = 0;

  /// All events of one item of a response.
  virtual std::vector<json::object> message_events(const ReplyPart& part, std::size_t index,
                                                   const ResponseFrame& frame) const = 0;
  virtual std::vector<json::object> call_events(const CallPlan& call, std::size_t index,
                                                const ResponseFrame& frame) const = 0;
  /// The events that end an item: early, with what has been sent of it, when `status` is
  /// "incomplete".
  virtual std::vector<json::object> end_item(const ItemSoFar& item, const ResponseFrame& frame,
                                             std::string_view status) const = 0;
  /// The item of response.output_item.done as response.done lists it.
  virtual json::object listed_item(const ItemSoFar&, const json::object& ended) const {
    return ended;
  }
  /// False: every item of a response has the index 0.
  virtual bool has_output_indexes() const { return true; }
  /// False: an item's end is told by response.output_item.done alone.
  virtual bool has_item_done() const { return true; }
};

}  // namespace callosum::sim
