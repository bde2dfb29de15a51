#include "sim/gemini/stats.hpp"

#include <boost/json/array.hpp>

namespace callosum::sim::gemini {
namespace {

constexpr std::size_t kMostEntries = 20000;
/// Always present, so that a test can compare with zero.
constexpr const char* kCounters[] = {"connections",
                                     "open_connections",
                                     "refused_connections",
                                     "setups",
                                     "resumed_sessions",
                                     "tokens",
                                     "turns",
                                     "tool_calls",
                                     "tool_responses",
                                     "cancelled_calls",
                                     "interruptions",
                                     "context_updates",
                                     "go_aways",
                                     "injected_faults",
                                     "messages_in",
                                     "messages_out",
                                     "audio_ms_in",
                                     "audio_ms_out",
                                     "images_in",
                                     "turns_while_busy",
                                     "responses_while_busy",
                                     "scheduling_inside",
                                     "unanswered_calls",
                                     "responses_for_cancelled",
                                     "protocol_violations",
                                     "unreadable_messages",
                                     "unknown_fields",
                                     "several_kinds",
                                     "before_setup",
                                     "before_setup_complete",
                                     "second_setups",
                                     "bad_setups",
                                     "bad_tools",
                                     "bad_contents",
                                     "bad_inputs",
                                     "bad_responses",
                                     "bad_context_updates",
                                     "unknown_models",
                                     "unknown_responses",
                                     "duplicate_responses",
                                     "stale_handles",
                                     "model_changes",
                                     "double_resumes",
                                     "text_as_binary"};

/// Null when the map is full.
json::value* entry(json::object& map, std::string_view key, bool& is_truncated) {
  if (map.size() >= kMostEntries && !map.contains(key)) {
    is_truncated = true;
    return nullptr;
  }
  return &map[key];
}

}  // namespace

void Stats::record_call(std::string_view id, json::object call) {
  if (auto* known = entry(calls_, id, is_truncated_)) *known = std::move(call);
}

void Stats::record_response(std::string_view id, json::value response) {
  auto* responses = entry(responses_, id, is_truncated_);
  if (!responses) return;
  if (!responses->is_array()) *responses = json::array();
  responses->get_array().push_back(std::move(response));
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
  out["responses_by_call_id"] = responses_;
  out["sessions"] = sessions_;
  out["truncated"] = is_truncated_;
  return out;
}

void Stats::reset() {
  const auto open = get("open_connections");
  *this = Stats();
  count("open_connections", open);
}

}  // namespace callosum::sim::gemini
