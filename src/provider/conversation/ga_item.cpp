#include "provider/conversation/ga_item.hpp"

#include "base/json.hpp"
#include "realtime/server_event.hpp"

namespace callosum::provider::conversation {

Result<Turn> turn_of(const json::object& item) {
  Turn turn;
  const auto type = text_at(item, "type");
  if (type == "message") {
    const auto role = text_at(item, "role");
    if (role != "user" && role != "assistant" && role != "system") {
      return fail(ErrorType::validation, "The role must be user, assistant or system.", "role");
    }
    turn.kind = role == "user"        ? Turn::Kind::user
                : role == "assistant" ? Turn::Kind::assistant
                                      : Turn::Kind::system;
    turn.text = realtime::item_text(item);
    return turn;
  }
  if (type == "function_call_output") {
    turn.kind = Turn::Kind::output;
    turn.call_id = text_at(item, "call_id");
    turn.text = text_at(item, "output");
    return turn;
  }
  return fail(ErrorType::validation, "Items of this type cannot be created here.", "type");
}

void add_transcript(json::object& item, std::string_view words) {
  auto* content = item.if_contains("content");
  auto* parts = content ? content->if_array() : nullptr;
  auto* part = parts && !parts->empty() ? parts->front().if_object() : nullptr;
  if (part && text_at(*part, "type") == "input_audio") (*part)["transcript"] = words;
}

}  // namespace callosum::provider::conversation
