#include "app/attack/hostile_arguments.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/json.hpp"

namespace callosum::app {
namespace {

json::value plain_text(const json::object& schema) {
  const auto format = text_at(schema, "format");
  if (format == "date") return "2026-01-05";
  if (format == "date-time") return "2026-01-05T10:00:00Z";
  if (format == "time") return "10:00:00Z";
  if (format == "email") return "who@example.com";
  if (format == "uuid") return "00000000-0000-4000-8000-000000000000";
  const auto* shortest = schema.if_contains("minLength");
  const auto length = shortest && shortest->is_int64() ? shortest->get_int64() : 1;
  return json::string(static_cast<std::size_t>(std::max<std::int64_t>(length, 3)), 'a');
}

json::value plain_value(const json::value& schema) {
  const auto* fields = schema.if_object();
  if (!fields) return "a";
  if (const auto* words = find_array(*fields, "enum"); words && !words->empty()) {
    return words->front();
  }
  if (const auto* only = fields->if_contains("const")) return *only;
  const auto* type = fields->if_contains("type");
  const auto* several = type ? type->if_array() : nullptr;
  const auto word = several && !several->empty() ? several->front() : type ? *type : json::value();
  if (word == "integer" || word == "number") {
    const auto* least = fields->if_contains("minimum");
    return least ? *least : json::value(1);
  }
  if (word == "boolean") return true;
  if (word == "array") return json::array{};
  if (word == "object") return json::object{};
  return plain_text(*fields);
}

json::array hostile_values(const Foreign& foreign) {
  json::array out{"' OR 1=1 --",
                  "'; DROP TABLE tenants; --",
                  "x' UNION SELECT * FROM sqlite_master --",
                  "%",
                  "../../etc/passwd",
                  "{{tenant_id}} ${HOME} :business_id",
                  "\xE2\x80\xAE"
                  "drowssap\xE2\x80\xAC",
                  "\xEF\xBC\x87 OR \xEF\xBC\x91=1",
                  json::string(5000, 'A'),
                  "",
                  nullptr,
                  true,
                  -1,
                  9007199254740993,
                  json::array{"a", "b"},
                  json::object{{"$ne", nullptr}},
                  json::string(foreign.id),
                  json::string(foreign.slug)};
  for (const auto& key : foreign.keys) out.emplace_back(json::string(key));
  return out;
}

const json::object* properties_of(const registry::ToolSpec& tool) {
  return find_object(tool.input_schema, "properties");
}

std::string text_with(json::object arguments, std::string_view key, const json::value& value) {
  arguments[key] = value;
  return json::serialize(arguments);
}

}  // namespace

json::object plain_arguments(const registry::ToolSpec& tool) {
  json::object out;
  const auto* properties = properties_of(tool);
  const auto* required = find_array(tool.input_schema, "required");
  if (!properties || !required) return out;
  for (const auto& name : *required) {
    const auto* schema = name.is_string() ? properties->if_contains(name.get_string()) : nullptr;
    if (schema) out[name.get_string()] = plain_value(*schema);
  }
  return out;
}

std::vector<std::string> hostile_arguments(const registry::ToolSpec& tool, const Foreign& foreign) {
  const auto plain = plain_arguments(tool);
  std::vector<std::string> out{json::serialize(plain),
                               "{}",
                               "",
                               "null",
                               "[]",
                               "7",
                               "{\"a\":",
                               R"({"a":1,"a":2})",
                               "{\"a\":\"\xff\"}",
                               std::string(64, '[') + std::string(64, ']')};
  for (const char* extra : {"tenant_id", "business_id", "user_id", "role", "is_admin", "__proto__",
                            "confirmed", "access_mode"}) {
    out.push_back(text_with(plain, extra, json::string(foreign.id)));
  }
  const auto* properties = properties_of(tool);
  if (!properties) return out;
  const auto values = hostile_values(foreign);
  for (const auto& property : *properties) {
    out.push_back(text_with(plain, property.key(), plain_value(property.value())));
    for (const auto& value : values) out.push_back(text_with(plain, property.key(), value));
  }
  return out;
}

std::vector<std::string> bound_arguments(const registry::ToolSpec& tool, const Foreign& foreign) {
  std::vector<std::string> out;
  const auto plain = plain_arguments(tool);
  const json::array values{json::string(foreign.id),
                           json::string(foreign.slug),
                           nullptr,
                           "",
                           "*",
                           0,
                           json::array{json::string(foreign.id)},
                           json::object{{"$gt", ""}},
                           "+19005550123"};
  for (const auto& binding : tool.bind) {
    for (const auto& value : values) out.push_back(text_with(plain, binding.parameter, value));
  }
  return out;
}

}  // namespace callosum::app
