#include "sim/realtime/stats.hpp"

#include <boost/json/array.hpp>

namespace callosum::sim {
namespace {

constexpr std::size_t kMostEntries = 20000;
/// Always present, so that a test can compare with zero.
constexpr const char* kCounters[] = {"connections",
                                     "open_connections",
                                     "refused_connections",
                                     "secrets",
                                     "responses",
                                     "function_calls",
                                     "function_outputs",
                                     "errors_sent",
                                     "injected_faults",
                                     "response_create_while_active",
                                     "early_response_creates",
                                     "duplicate_outputs",
                                     "unknown_outputs",
                                     "outputs_for_cut_calls",
                                     "unanswered_calls",
                                     "cancels_of_nothing",
                                     "refused_events",
                                     "bad_tool_schemas",
                                     "binary_frames",
                                     "events_in",
                                     "events_out",
                                     "audio_ms_in",
                                     "audio_ms_out"};

/// Null when the map is full.
json::value* entry(json::object& map, std::string_view key, bool& is_truncated) {
  if (map.size() >= kMostEntries && !map.contains(key)) {
    is_truncated = true;
    return nullptr;
  }
  return &map[key];
}

}  // namespace

void Stats::record_call(std::string_view call_id, std::string_view name, std::string_view arguments,
                        std::string_view status) {
  auto* call = entry(calls_, call_id, is_truncated_);
  if (call) *call = json::object{{"name", name}, {"arguments", arguments}, {"status", status}};
}

void Stats::record_output(std::string_view call_id, std::string_view output) {
  auto* outputs = entry(outputs_, call_id, is_truncated_);
  if (!outputs) return;
  if (!outputs->is_array()) *outputs = json::array();
  outputs->get_array().push_back(json::value(json::string(output)));
}

void Stats::record_session(std::string_view connection, std::string_view key, json::value value) {
  auto* session = entry(sessions_, connection, is_truncated_);
  if (!session) return;
  if (!session->is_object()) *session = json::object();
  session->get_object()[key] = std::move(value);
}

json::object Stats::to_json() const {
  auto out = counted(kCounters);
  out["calls"] = calls_;
  out["outputs_by_call_id"] = outputs_;
  out["sessions"] = sessions_;
  out["truncated"] = is_truncated_;
  return out;
}

void Stats::reset() {
  const auto open = get("open_connections");
  *this = Stats();
  count("open_connections", open);
}

}  // namespace callosum::sim
