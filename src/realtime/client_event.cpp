#include "realtime/client_event.hpp"

#include <boost/json/serialize.hpp>

#include "base/json.hpp"
#include "base/json_text.hpp"

namespace callosum::realtime {
namespace {

json::value text_or_null(std::string_view text) {
  return text.empty() ? json::value(nullptr) : json::value(text);
}

}  // namespace

Result<json::object> decode_client_event(const ClientFrame& frame) {
  constexpr JsonLimits kLimits{.max_bytes = 1 << 20, .max_depth = 32, .safe_integers = false};
  auto value = parse_strict(frame.text, kLimits);
  if (!value) return value.error();
  if (!value->is_object()) return fail(ErrorType::validation, "an event must be a JSON object");
  return std::move(value->get_object());
}

std::string encode_session_update(const json::object& session, std::string_view event_id) {
  json::object event{{"type", "session.update"}};
  // A caller's own event need not have one, and "" would come back in the error.
  if (!event_id.empty()) event["event_id"] = event_id;
  event["session"] = session;
  return json::serialize(event);
}

std::string encode_session_update(const json::object& session, std::string_view tools_json,
                                  std::string_view event_id) {
  const std::string rest = json::serialize(session);
  std::string out;
  out.reserve(rest.size() + tools_json.size() + event_id.size() + 80);
  out += R"({"type":"session.update","event_id":)";
  append_json_string(event_id, out);
  out += R"(,"session":{"tools":)";
  out += tools_json;
  if (!session.empty()) out += ',';
  out.append(rest, 1);  // without its brace
  out += '}';
  return out;
}

std::string encode_function_output(std::string_view call_id, std::string_view output,
                                   std::string_view event_id) {
  // Once a call: written by hand, since building a tree to throw away would cost more than the
  // text.
  std::string out;
  out.reserve(output.size() + output.size() / 4 + 192);
  out += R"({"type":"conversation.item.create","event_id":")";
  out += event_id;
  out += R"(","item":{"type":"function_call_output","call_id":)";
  append_json_string(call_id, out);
  out += R"(,"output":)";
  append_json_string(output, out);
  out += "}}";
  return out;
}

std::string encode_response_create(const json::object& response, std::string_view event_id) {
  std::string out;
  JsonObjectWriter event(out);
  event.text("type", "response.create");
  event.text("event_id", event_id);
  if (!response.empty()) event.raw("response") += json::serialize(response);
  event.close();
  return out;
}

std::string encode_response_cancel(std::string_view event_id, std::string_view response_id) {
  json::object event{{"type", "response.cancel"}, {"event_id", event_id}};
  if (!response_id.empty()) event["response_id"] = response_id;
  return json::serialize(event);
}

std::string encode_text_message(std::string_view role, std::string_view text,
                                std::string_view event_id, std::string_view item_id) {
  const char* kind = role == "assistant" ? "output_text" : "input_text";
  json::array content;
  content.push_back(json::object{{"type", kind}, {"text", text}});
  json::object item{{"type", "message"}, {"role", role}, {"content", std::move(content)}};
  if (!item_id.empty()) item["id"] = item_id;
  return json::serialize(
      json::object{{"type", "conversation.item.create"}, {"event_id", event_id}, {"item", item}});
}

std::string encode_error(std::string_view type, std::string_view code, std::string_view message,
                         std::string_view param, std::string_view client_event_id,
                         std::string_view event_id) {
  const json::object error{{"type", type},
                           {"code", text_or_null(code)},
                           {"message", message},
                           {"param", text_or_null(param)},
                           {"event_id", text_or_null(client_event_id)}};
  return json::serialize(json::object{{"type", "error"}, {"event_id", event_id}, {"error", error}});
}

}  // namespace callosum::realtime
