#include "realtime/server_event.hpp"

#include "base/json.hpp"

namespace callosum::realtime {

Result<ServerEvent> decode_server_event(const ServerFrame& frame, json::storage_ptr storage) {
  constexpr JsonLimits kLimits{.max_bytes = 10 << 20, .max_depth = 32, .safe_integers = false};
  auto value = parse_strict(frame.text, kLimits, std::move(storage));
  if (!value) return fail(ErrorType::transient, "unreadable event", value.error().message);
  if (!value->is_object()) return fail(ErrorType::transient, "unreadable event", "not an object");
  return ServerEvent{frame.type, std::move(value->get_object())};
}

std::size_t audio_chars(std::string_view frame) {
  constexpr std::string_view kKey = R"("delta")";
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto key = frame.find(kKey);
  if (key == frame.npos) return frame.size();
  const auto colon = frame.find_first_not_of(kBlanks, key + kKey.size());
  if (colon == frame.npos || frame[colon] != ':') return frame.size();
  const auto open = frame.find_first_not_of(kBlanks, colon + 1);
  if (open == frame.npos || frame[open] != '"') return frame.size();
  const auto close = frame.find('"', open + 1);
  return (close == frame.npos ? frame.size() : close) - open - 1;
}

Item read_item(const json::object& item) {
  return {text_at(item, "id"),       text_at(item, "type"),    text_at(item, "status"),
          text_at(item, "role"),     text_at(item, "call_id"), text_at(item, "name"),
          text_at(item, "arguments")};
}

std::string item_text(const json::object& item) {
  std::string out;
  const auto* content = find_array(item, "content");
  if (!content) return out;
  for (const auto& part : *content) {
    const auto* object = part.if_object();
    if (!object) continue;
    auto text = text_at(*object, "text");
    if (text.empty()) text = text_at(*object, "transcript");
    if (text.empty()) continue;
    if (!out.empty()) out += ' ';
    out += text;
  }
  return out;
}

ResponseInfo read_response(const json::object& event) {
  ResponseInfo info;
  const auto* response = find_object(event, "response");
  if (!response) return info;
  info.id = text_at(*response, "id");
  info.status = text_at(*response, "status");
  const auto* conversation = response->if_contains("conversation_id");
  info.is_out_of_band = conversation && conversation->is_null();
  if (const auto* details = find_object(*response, "status_details")) {
    info.reason = text_at(*details, "reason");
    if (const auto* error = find_object(*details, "error"))
      info.error_code = text_at(*error, "code");
  }
  return info;
}

ErrorInfo read_error(const json::object& event) {
  const auto* error = find_object(event, "error");
  if (!error) return {};
  return {text_at(*error, "type"), text_at(*error, "code"), text_at(*error, "message"),
          text_at(*error, "param"), text_at(*error, "event_id")};
}

}  // namespace callosum::realtime
