#include <array>

#include "base/json.hpp"
#include "sim/xai/shapes.hpp"

namespace callosum::sim::xai {
namespace {

constexpr std::array<std::string_view, 4> kItemTypes{"message", "function_call",
                                                     "function_call_output", "force_message"};
constexpr std::array<std::string_view, 3> kRoles{"system", "user", "assistant"};

Problem is_index(const json::value& value, const std::string& path) {
  return check_integer(value, path, 0, 1e9);
}

constexpr std::array kPart{Field{"type", is_text, true}, Field{"text", is_text},
                           Field{"audio", is_text}};
Problem check_part(const json::value& value, const std::string& path) {
  return check_known_fields(value, path, kPart);
}
Problem check_content(const json::value& value, const std::string& path) {
  return check_each(value, path, 1024, check_part);
}

constexpr std::array kMessage{Field{"id", is_text, false, true},
                              Field{"role", is_one_of<kRoles>, true},
                              Field{"content", check_content, true}};
constexpr std::array kForced{
    Field{"role", is_one_of<kRoles>, true}, Field{"content", check_content, true},
    Field{"interruptible", is_boolean, false, true}, Field{"voice", is_text, false, true}};
constexpr std::array kCall{Field{"id", is_text, false, true}, Field{"call_id", is_text, true},
                           Field{"name", is_text, true}, Field{"arguments", is_text, true}};
constexpr std::array kOutput{Field{"id", is_text, false, true}, Field{"call_id", is_text, true},
                             Field{"output", is_text, true}};

constexpr std::array kUpdate{Field{"session", is_object, true}};
constexpr std::array kAppend{Field{"audio", is_text, true}};
constexpr std::array kCreateItem{Field{"item", is_object, true},
                                 Field{"previous_item_id", is_text, false, true}};
constexpr std::array kItemId{Field{"item_id", is_text, true}};
constexpr std::array kTruncate{Field{"item_id", is_text, true},
                               Field{"content_index", is_index, true},
                               Field{"audio_end_ms", is_index, true}};
constexpr std::array kCreateResponse{Field{"response", is_object, false, true}};
constexpr std::array kCancel{Field{"response_id", is_text, false, true}};

struct Row {
  std::string_view type;
  std::span<const Field> fields;
};
constexpr std::array<Row, 9> kRows{{{"session.update", kUpdate},
                                    {"input_audio_buffer.append", kAppend},
                                    {"input_audio_buffer.commit", {}},
                                    {"input_audio_buffer.clear", {}},
                                    {"conversation.item.create", kCreateItem},
                                    {"conversation.item.truncate", kTruncate},
                                    {"conversation.item.delete", kItemId},
                                    {"response.create", kCreateResponse},
                                    {"response.cancel", kCancel}}};

const Row* find_row(std::string_view type) {
  for (const auto& row : kRows) {
    if (row.type == type) return &row;
  }
  return nullptr;
}

Problem check_forced(const json::value& value, const std::string& path) {
  if (auto problem = check_known_fields(value, path, kForced)) return problem;
  if (text_at(value.get_object(), "role") == "assistant") return {};
  return bad_value(path + ".role", "A force_message is the assistant's.");
}

}  // namespace

bool is_client_event(std::string_view type) { return find_row(type) != nullptr; }

Problem check_event(std::string_view type, const json::object& event) {
  return check_known_fields(event, "", find_row(type)->fields);
}

Problem check_item(const json::value& value, const std::string& path) {
  const auto* item = value.if_object();
  if (!item) return wrong_type(path, "an object", value);
  if (!item->contains("type")) return missing_parameter(path + ".type");
  const auto type = text_at(*item, "type");
  if (type == "message") return check_known_fields(value, path, kMessage);
  if (type == "function_call") return check_known_fields(value, path, kCall);
  if (type == "function_call_output") return check_known_fields(value, path, kOutput);
  if (type == "force_message") return check_forced(value, path);
  return is_one_of<kItemTypes>(item->at("type"), path + ".type");
}

}  // namespace callosum::sim::xai
