#include "provider/offline/ga_item.hpp"

#include "base/json.hpp"

namespace callosum::provider::offline {

std::string text_of(const json::object& item) {
  std::string out;
  const auto* content = find_array(item, "content");
  if (!content) return out;
  for (const auto& part : *content) {
    const auto* object = part.if_object();
    if (!object) continue;
    auto text = text_at(*object, "text");
    if (text.empty()) text = text_at(*object, "transcript");
    if (!out.empty() && !text.empty()) out += ' ';
    out += text;
  }
  return out;
}

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
    turn.text = text_of(item);
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

}  // namespace callosum::provider::offline
