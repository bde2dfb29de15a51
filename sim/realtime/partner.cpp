#include "sim/realtime/partner.hpp"

#include "base/json.hpp"

namespace callosum::sim {
namespace {

/// 15 MiB of sound as base64, and what is around it.
constexpr JsonLimits kLimits{.max_bytes = 24u << 20, .max_depth = 64};

}  // namespace

std::optional<json::object> read_event(Wire& wire, std::string_view frame) {
  wire.world().stats.count("events_in");
  auto parsed = parse_strict(frame, kLimits);
  if (!parsed) {
    wire.note("unreadable_events", parsed.error().message);
    wire.refuse({"invalid_json",
                 "We could not parse the JSON of your event: " + parsed.error().message + "."});
    return {};
  }
  auto* event = parsed->if_object();
  if (!event) {
    wire.refuse({"invalid_event", "An event must be a JSON object."});
    return {};
  }
  wire.world().log.event(wire.name(), "in", *event);
  if (find_string(*event, "type")) return std::move(*event);
  wire.refuse(*missing_parameter("type"), event);
  return {};
}

bool take_output(Wire& wire, State& state, const json::object& event) {
  const auto& item = event.at("item").get_object();
  const auto call_id = text_at(item, "call_id");
  auto call = state.calls.find(call_id);
  wire.world().stats.count("function_outputs");
  wire.world().stats.record_output(call_id, text_at(item, "output"));
  if (call == state.calls.end()) {
    wire.note("unknown_outputs", call_id);
    if (wire.script().accepts_unknown_outputs) return true;
    wire.refuse(
        {"invalid_tool_call_id",
         "Tool call ID '" + std::string(call_id) + "' not found in conversation.", "item.call_id"},
        &event);
    return false;
  }
  if (call->second.is_cut) wire.note("outputs_for_cut_calls", call_id);
  if (call->second.outputs++ > 0) wire.note("duplicate_outputs", call_id);
  state.open_calls.erase(call->first);
  return true;
}

void seed_call(State& state, const json::object& item) {
  const std::string call_id(text_at(item, "call_id"));
  const bool is_new = state.calls.try_emplace(call_id).second;
  if (is_new) state.open_calls.insert(call_id);
}

void count_unanswered(Wire& wire, const State& state) {
  for (const auto& call_id : state.open_calls) wire.note("unanswered_calls", call_id);
}

}  // namespace callosum::sim
