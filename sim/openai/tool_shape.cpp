#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "sim/openai/shapes.hpp"

namespace callosum::sim::openai {
namespace {

constexpr std::size_t kMostTools = 128;
constexpr std::size_t kLongestName = 64;
constexpr std::array<std::string_view, 2> kToolTypes{"function", "mcp"};
constexpr std::array<std::string_view, 3> kChoices{"auto", "none", "required"};

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

Problem check_name(const json::value& value, const std::string& path) {
  if (auto problem = check_text(value, path, kLongestName)) return problem;
  const auto& name = value.get_string();
  if (!name.empty() && std::all_of(name.begin(), name.end(), is_name_byte)) return {};
  return bad_value(path, "Invalid '" + path +
                             "': string does not match pattern. Expected a string that matches the "
                             "pattern '^[a-zA-Z0-9_-]+$'.");
}

constexpr std::array kFunctionFields{
    Field{"type", is_one_of<kToolTypes>, true}, Field{"name", check_name, true},
    Field{"description", is_text, false, true}, Field{"parameters", is_object, false, true}};

constexpr std::array kMcpFields{Field{"type", is_one_of<kToolTypes>, true},
                                Field{"server_label", is_text, true},
                                Field{"server_url", is_text},
                                Field{"connector_id", is_text},
                                Field{"tunnel_id", is_text},
                                Field{"server_description", is_text, false, true},
                                Field{"authorization", is_text, false, true},
                                Field{"headers", is_object, false, true},
                                Field{"allowed_tools", is_anything, false, true},
                                Field{"require_approval", is_anything, false, true},
                                Field{"defer_loading", is_boolean},
                                Field{"allowed_callers", is_array}};

constexpr std::array kFunctionChoice{Field{"type", is_one_of<kToolTypes>, true},
                                     Field{"name", check_name, true}};
constexpr std::array kMcpChoice{Field{"type", is_one_of<kToolTypes>, true},
                                Field{"server_label", is_text, true},
                                Field{"name", is_text, false, true}};

bool is_mcp(const json::value& value) {
  const auto* object = value.if_object();
  return object && text_at(*object, "type") == "mcp";
}

Problem check_tool(const json::value& value, const std::string& path) {
  if (is_mcp(value)) return check_fields(value, path, kMcpFields);
  return check_fields(value, path, kFunctionFields);
}

}  // namespace

Problem check_tools(const json::value& value, const std::string& path) {
  return check_each(value, path, kMostTools, check_tool);
}

Problem check_tool_choice(const json::value& value, const std::string& path) {
  if (value.is_string()) return is_one_of<kChoices>(value, path);
  if (is_mcp(value)) return check_fields(value, path, kMcpChoice);
  return check_fields(value, path, kFunctionChoice);
}

}  // namespace callosum::sim::openai
