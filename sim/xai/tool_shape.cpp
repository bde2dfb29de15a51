#include "sim/xai/tool_shape.hpp"

#include <algorithm>
#include <array>

#include "base/json.hpp"

namespace callosum::sim::xai {
namespace {

// How many functions, and which names and schemas, xAI does not publish: OpenAI's limits.
constexpr std::size_t kMostTools = 128;
constexpr std::size_t kLongestName = 64;
constexpr std::array<std::string_view, 5> kTypes{"function", "web_search", "x_search",
                                                 "file_search", "mcp"};

bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-';
}

Problem check_name(const json::value& value, const std::string& path) {
  if (auto problem = check_text(value, path, kLongestName)) return problem;
  const auto& name = value.get_string();
  if (!name.empty() && std::all_of(name.begin(), name.end(), is_name_byte)) return {};
  return bad_value(path, "Invalid '" + path + "': expected 1 to 64 of a-z, A-Z, 0-9, _ and -.");
}

Problem check_parameters(const json::value& value, const std::string& path) {
  const auto* schema = value.if_object();
  if (!schema) return wrong_type(path, "an object", value);
  if (schema->empty() || text_at(*schema, "type") == "object") return {};
  return WireError{"invalid_function_parameters",
                   "Invalid '" + path + "': a function's schema must have type 'object'.", path};
}

template <std::size_t kMost>
Problem is_list(const json::value& value, const std::string& path) {
  return check_each(value, path, kMost, is_text);
}

constexpr std::array kFunction{Field{"name", check_name, true},
                               Field{"description", is_text, false, true},
                               Field{"parameters", check_parameters, false, true}};
constexpr std::array kWeb{Field{"allowed_domains", is_list<5>, false, true},
                          Field{"excluded_domains", is_list<5>, false, true},
                          Field{"enable_image_understanding", is_boolean, false, true}};
constexpr std::array kX{Field{"allowed_x_handles", is_list<20>, false, true},
                        Field{"excluded_x_handles", is_list<20>, false, true},
                        Field{"from_date", is_text, false, true},
                        Field{"to_date", is_text, false, true},
                        Field{"enable_image_understanding", is_boolean, false, true},
                        Field{"enable_video_understanding", is_boolean, false, true}};
constexpr std::array kFile{Field{"vector_store_ids", is_list<64>, true},
                           Field{"max_num_results", is_anything, false, true}};
constexpr std::array kMcp{Field{"server_url", is_text, true}, Field{"server_label", is_text, true},
                          Field{"allowed_tools", is_array, false, true},
                          Field{"headers", is_object, false, true}};

Problem check_only_one(const json::object& tool, const std::string& path, const char* one,
                       const char* other) {
  if (!tool.contains(one) || !tool.contains(other)) return {};
  return bad_value(path, std::string("'") + one + "' and '" + other + "' exclude each other.");
}

Problem check_tool(const json::value& value, const std::string& path) {
  const auto* tool = value.if_object();
  if (!tool) return wrong_type(path, "an object", value);
  if (!tool->contains("type")) return missing_parameter(path + ".type");
  if (auto problem = is_one_of<kTypes>(tool->at("type"), path + ".type")) return problem;
  const auto type = text_at(*tool, "type");
  if (type == "function") return check_known_fields(value, path, kFunction);
  if (type == "file_search") return check_known_fields(value, path, kFile);
  if (type == "mcp") return check_known_fields(value, path, kMcp);
  if (type == "web_search") {
    auto problem = check_only_one(*tool, path, "allowed_domains", "excluded_domains");
    return problem ? problem : check_known_fields(value, path, kWeb);
  }
  auto problem = check_only_one(*tool, path, "allowed_x_handles", "excluded_x_handles");
  return problem ? problem : check_known_fields(value, path, kX);
}

}  // namespace

Problem check_tools(const json::value& value, const std::string& path) {
  return check_each(value, path, kMostTools, check_tool);
}

}  // namespace callosum::sim::xai
