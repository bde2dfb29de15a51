#include <array>

#include "base/json.hpp"
#include "sim/openai/shapes.hpp"

namespace callosum::sim::openai {
namespace {

constexpr std::array<std::string_view, 4> kItemTypes{
    "message", "function_call", "function_call_output", "mcp_approval_response"};
constexpr std::array<std::string_view, 3> kRoles{"system", "user", "assistant"};
constexpr std::array<std::string_view, 3> kStatuses{"completed", "incomplete", "in_progress"};
constexpr std::array<std::string_view, 1> kObjects{"realtime.item"};
constexpr std::array<std::string_view, 2> kPhases{"commentary", "final_answer"};
constexpr std::array<std::string_view, 1> kSystemContent{"input_text"};
constexpr std::array<std::string_view, 3> kUserContent{"input_text", "input_audio", "input_image"};
/// Clients can seed what the assistant wrote, not its voice.
constexpr std::array<std::string_view, 1> kAssistantContent{"output_text"};

Problem is_id(const json::value& value, const std::string& path) {
  return check_text(value, path, 128);
}

constexpr std::array kContentFields{
    Field{"type", is_text, true}, Field{"text", is_text},
    Field{"audio", is_text},      Field{"transcript", is_text, false, true},
    Field{"image_url", is_text},  Field{"detail", is_text}};

Problem check_content_of(const json::value& value, const std::string& path,
                         std::span<const std::string_view> types) {
  if (auto problem = check_fields(value, path, kContentFields)) return problem;
  const auto& content = value.get_object();
  const auto type = text_at(content, "type");
  bool is_known = false;
  for (const auto word : types) is_known |= word == type;
  if (!is_known) return not_one_of(path + ".type", type, types);
  if (type.ends_with("_text") && !content.contains("text"))
    return missing_parameter(path + ".text");
  if (type == "input_image" && !content.contains("image_url")) {
    return missing_parameter(path + ".image_url");
  }
  return {};
}

Problem check_system_content(const json::value& value, const std::string& path) {
  return check_content_of(value, path, kSystemContent);
}
Problem check_user_content(const json::value& value, const std::string& path) {
  return check_content_of(value, path, kUserContent);
}
Problem check_assistant_content(const json::value& value, const std::string& path) {
  return check_content_of(value, path, kAssistantContent);
}

Problem check_message(const json::value& value, const std::string& path) {
  static constexpr std::array kFields{
      Field{"type", is_text, true},           Field{"id", is_id},
      Field{"object", is_one_of<kObjects>},   Field{"status", is_one_of<kStatuses>},
      Field{"role", is_one_of<kRoles>, true}, Field{"phase", is_one_of<kPhases>, false, true},
      Field{"content", is_array, true}};
  if (auto problem = check_fields(value, path, kFields)) return problem;
  const auto& item = value.get_object();
  const auto role = text_at(item, "role");
  const Check check = role == "system" ? check_system_content
                      : role == "user" ? check_user_content
                                       : check_assistant_content;
  return check_each(item.at("content"), path + ".content", 1024, check);
}

constexpr std::array kCallFields{Field{"type", is_text, true},
                                 Field{"id", is_id},
                                 Field{"object", is_one_of<kObjects>},
                                 Field{"status", is_one_of<kStatuses>},
                                 Field{"call_id", is_id},
                                 Field{"name", is_text, true},
                                 Field{"arguments", is_text, true}};
constexpr std::array kOutputFields{
    Field{"type", is_text, true},         Field{"id", is_id},
    Field{"object", is_one_of<kObjects>}, Field{"status", is_one_of<kStatuses>},
    Field{"call_id", is_id, true},        Field{"output", is_text, true}};
constexpr std::array kApprovalFields{
    Field{"type", is_text, true}, Field{"id", is_id}, Field{"approval_request_id", is_text, true},
    Field{"approve", is_boolean, true}, Field{"reason", is_text, false, true}};
constexpr std::array kReferenceFields{Field{"type", is_text, true}, Field{"id", is_id, true}};

}  // namespace

Problem check_item(const json::value& value, const std::string& path) {
  const auto* item = value.if_object();
  if (!item) return wrong_type(path, "an object", value);
  if (!item->contains("type")) return missing_parameter(path + ".type");
  const auto type = text_at(*item, "type");
  if (type == "message") return check_message(value, path);
  if (type == "function_call") return check_fields(value, path, kCallFields);
  if (type == "function_call_output") return check_fields(value, path, kOutputFields);
  if (type == "mcp_approval_response") return check_fields(value, path, kApprovalFields);
  return is_one_of<kItemTypes>(item->at("type"), path + ".type");
}

Problem check_input_item(const json::value& value, const std::string& path) {
  const auto* item = value.if_object();
  if (item && text_at(*item, "type") == "item_reference") {
    return check_fields(value, path, kReferenceFields);
  }
  return check_item(value, path);
}

}  // namespace callosum::sim::openai
