// The five acts as the GA wire has them; a provider whose wire differs overrides them.
#include "realtime/model_port.hpp"

#include "base/json.hpp"
#include "realtime/client_event.hpp"

namespace callosum::realtime {

bool ModelPort::refresh_realtime_tools(const json::array& tools, std::string_view event_id) {
  const json::object session{{"type", "realtime"}, {"tools", tools}};
  return send(encode_session_update(session, event_id), net::FrameKind::control);
}

std::optional<FinishedCall> ModelPort::handle_realtime_function_call_event(
    const ServerEvent& event) const {
  if (event.type != EventType::output_item_done) return std::nullopt;
  const auto* object = find_object(event.body, "item");
  if (!object) return std::nullopt;
  const auto item = read_item(*object);
  if (!item.is_function_call() || !item.is_completed()) return std::nullopt;
  return FinishedCall{text_at(event.body, "response_id"), item.id, item.call_id, item.name,
                      item.arguments};
}

bool ModelPort::send_function_call_output(std::string_view call_id, std::string_view output,
                                          std::string_view event_id, OutputDelivery) {
  return send(encode_function_output(call_id, output, event_id), net::FrameKind::control);
}

bool ModelPort::schedule_realtime_tool_followup_response(const json::object& response,
                                                         std::string_view event_id) {
  return send(encode_response_create(response, event_id), net::FrameKind::control);
}

bool ModelPort::request_playback_utterance(std::string_view text, std::string_view event_id) {
  const std::string instructions =
      "Say exactly the following words and nothing else: " + std::string(text);
  const json::object response{{"conversation", "none"},
                              {"input", json::array{}},
                              {"tools", json::array{}},
                              {"instructions", instructions}};
  return send(encode_response_create(response, event_id), net::FrameKind::control);
}

}  // namespace callosum::realtime
