// `needs`: which arguments a call must have by the value of another. What is said of it at the root
// of a schema, models' providers refuse; so the executor alone is told, and the model by
// descriptions.
#include <algorithm>

#include "base/json.hpp"
#include "base/text.hpp"
#include "registry/manifest/drafts.hpp"
#include "registry/manifest/field_reader.hpp"
#include "registry/manifest/schema_reader.hpp"

namespace callosum::registry {
namespace {

constexpr TextLimits kPath{.max_characters = 128, .max_lines = 1};

/// Null where the input has no such argument: "to", or "args.to" within another.
const json::object* find_argument(const json::object& schema, std::string_view path) {
  const json::object* at = &schema;
  for (const auto step : split(path, '.')) {
    const auto* properties = find_object(*at, "properties");
    at = properties == nullptr ? nullptr : find_object(*properties, step);
    if (at == nullptr) return nullptr;
  }
  return at;
}

/// {required: [args], properties: {args: {required: [to]}}}
json::object must_have(std::string_view path) {
  const auto dot = path.find('.');
  const auto name = path.substr(0, dot);
  json::object out{{"required", json::array{name}}};
  if (dot != std::string_view::npos) {
    out["properties"] = json::object{{name, must_have(path.substr(dot + 1))}};
  }
  return out;
}

json::array values_of(const json::value& written) {
  if (const auto* list = written.if_array()) return *list;
  return {written};
}

/// The condition as a schema: each argument is there, and has one of its values.
json::object read_when(FieldReader& fields, const json::object& schema) {
  json::object properties;
  json::array names;
  const auto* when = fields.find_map("when", Need::required);
  if (when == nullptr) return {};
  for (const auto& member : when->members) {
    const auto* choices = find_choices(schema, member.key);
    auto values = values_of(to_json(member.value));
    const bool is_known =
        choices != nullptr && std::all_of(values.begin(), values.end(), [&](const auto& value) {
          return std::find(choices->begin(), choices->end(), value) != choices->end();
        });
    if (!is_known) {
      fields.report().problem(member.line, fields.path_of("when." + member.key),
                              "expected an argument with an `enum`, and values of that");
    }
    properties[member.key] = json::object{{"enum", std::move(values)}};
    names.emplace_back(member.key);
  }
  return {{"properties", std::move(properties)}, {"required", std::move(names)}};
}

void read_need(const YamlNode& node, std::string path, const json::object& schema,
               json::array& conditions, Report& report) {
  if (!node.is_map()) {
    report.problem(
        node.line, path,
        "expected a map with `when` and `arguments`, found " + std::string(describe(node)));
    return;
  }
  FieldReader fields(node, std::move(path), report);
  auto when = read_when(fields, schema);
  json::array needed;
  for (const auto& argument : fields.texts("arguments", kPath)) {
    if (find_argument(schema, argument) == nullptr) {
      fields.problem("arguments", shown(argument) + " is no argument of this tool");
    }
    needed.push_back(must_have(argument));
  }
  if (needed.empty()) fields.problem("arguments", "expected at least one");
  fields.finish();
  conditions.push_back(
      json::object{{"if", std::move(when)}, {"then", json::object{{"allOf", std::move(needed)}}}});
}

}  // namespace

void read_needs(FieldReader& fields, ToolSpec& tool) {
  const auto* list = fields.find_list("needs");
  if (list == nullptr) return;
  json::array conditions;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    read_need(list->items[i], fields.path_of("needs[" + std::to_string(i) + "]"), tool.input_schema,
              conditions, fields.report());
  }
  auto whole = tool.input_schema;
  whole["allOf"] = std::move(conditions);
  auto compiled = compile_schema(whole);
  if (compiled) {
    tool.input = std::move(*compiled);
  } else if (tool.input != nullptr) {  // else it has been said already
    fields.problem("needs", compiled.error().message);
  }
}

}  // namespace callosum::registry
