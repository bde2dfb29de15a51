#include "registry/manifest/schema_reader.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "base/json.hpp"
#include "registry/manifest/names.hpp"

namespace callosum::registry {
namespace {

// Providers take an object with properties and nothing else at the root.
constexpr std::array<std::string_view, 13> kNotAtRoot{"anyOf",
                                                      "oneOf",
                                                      "allOf",
                                                      "not",
                                                      "enum",
                                                      "const",
                                                      "if",
                                                      "then",
                                                      "else",
                                                      "$ref",
                                                      "$id",
                                                      "$dynamicRef",
                                                      "patternProperties"};

using Place = ManifestPlace;

/// "/properties/a~1b" or "properties.a" or "required[2]" as steps down the tree.
std::vector<std::string> split_path(std::string_view path) {
  const bool is_pointer = path.find('/') != std::string_view::npos;
  std::vector<std::string> steps(1);
  for (std::size_t i = 0; i < path.size(); ++i) {
    const char c = path[i];
    if (is_pointer && c == '~' && i + 1 < path.size()) {
      steps.back() += path[++i] == '1' ? '/' : '~';
    } else if (is_pointer ? c == '/' : c == '.' || c == '[') {
      steps.emplace_back();
    } else if (is_pointer || c != ']') {
      steps.back() += c;
    }
  }
  std::erase_if(steps, [](const std::string& step) { return step.empty() || step == "#"; });
  return steps;
}

/// The first JSON Pointer in a sentence of the schema compiler; empty: the root.
std::string_view find_pointer(std::string_view sentence) {
  const auto from = sentence.find('/');
  if (from == std::string_view::npos) return {};
  auto pointer = sentence.substr(from, sentence.find_first_of(" \"'`", from) - from);
  while (!pointer.empty() && (pointer.back() == ':' || pointer.back() == ',')) {
    pointer.remove_suffix(1);
  }
  return pointer;
}

/// Asks the compiler and the linter; both speak of places in the schema, which become lines here.
std::shared_ptr<const Schema> compile(const YamlNode& node, const Place& root,
                                      const json::value& written, Report& report) {
  for (const auto& hint : lint_schema(written)) {
    const auto place = find_place(node, root, hint.path);
    report.problem(place.line, place.field, hint.message);
  }
  auto compiled = compile_schema(written);
  if (compiled) return *compiled;
  const auto place = find_place(node, root, find_pointer(compiled.error().message));
  report.problem(place.line, place.field, compiled.error().message);
  return nullptr;
}

void check_root(const YamlNode& node, const Place& root, Report& report) {
  const auto line_of = [&](std::string_view key) {
    const auto* member = node.find(key);
    return member == nullptr ? root.line : member->line;
  };
  const auto* type = node.find("type");
  if (type == nullptr || type->value.text != "object") {
    report.problem(line_of("type"), root.field + ".type", "expected `object` at the root");
  }
  const auto* additional = node.find("additionalProperties");
  if (additional == nullptr || to_json(additional->value) != json::value(false)) {
    report.problem(line_of("additionalProperties"), root.field + ".additionalProperties",
                   "expected `false`: a model may send no argument that is not listed");
  }
  for (const auto keyword : kNotAtRoot) {
    if (node.find(keyword) == nullptr) continue;
    report.problem(line_of(keyword), root.field + "." + std::string(keyword),
                   "not at the root, providers refuse it there; move it into a property");
  }
}

void check_properties(const YamlNode& node, const Place& root, Report& report) {
  const auto field = root.field + ".properties";
  const auto* properties = node.find("properties");
  if (properties == nullptr || !properties->value.is_map()) {
    report.problem(properties == nullptr ? root.line : properties->line, field,
                   "expected a map of the arguments, `{}` for none");
    return;
  }
  for (const auto& property : properties->value.members) {
    if (property.key == kConfirmationArgument) {
      report.problem(property.line, field + "." + property.key,
                     "reserved: the gateway adds it to tools with `confirmation`");
    } else if (!is_tool_name(property.key)) {
      report.problem(property.line, field + "." + property.key,
                     "expected a name of 1 to 64 letters, digits, `_` and `-`");
    }
  }
}

void check_required(const YamlNode& node, const Place& root, Report& report) {
  const auto* required = node.find("required");
  const auto* properties = node.find("properties");
  if (required == nullptr || properties == nullptr || !required->value.is_sequence()) return;
  std::vector<std::string_view> known;
  for (const auto& property : properties->value.members) known.push_back(property.key);
  for (const auto& item : required->value.items) {
    if (std::find(known.begin(), known.end(), item.text) != known.end()) continue;
    report.problem(item.line, root.field + ".required",
                   shown(item.text) + " is no property" + nearest_hint(item.text, known));
  }
}

/// Every object in it, itself first.
template <class Visit>
void visit_objects(const json::object& object, const Visit& visit);

template <class Visit>
void visit_values(const json::value& value, const Visit& visit) {
  if (const auto* object = value.if_object()) visit_objects(*object, visit);
  if (const auto* list = value.if_array()) {
    for (const auto& item : *list) visit_values(item, visit);
  }
}

template <class Visit>
void visit_objects(const json::object& object, const Visit& visit) {
  visit(object);
  for (const auto& member : object) visit_values(member.value(), visit);
}

}  // namespace

ManifestPlace find_place(const YamlNode& root, ManifestPlace place, std::string_view path) {
  const YamlNode* node = &root;
  for (const auto& step : split_path(path)) {
    std::size_t index = 0;
    const auto parsed = std::from_chars(step.data(), step.data() + step.size(), index);
    if (const auto* member = node->find(step)) {
      place = {member->line, place.field + "." + step};
      node = &member->value;
    } else if (node->is_sequence() && parsed.ec == std::errc() && index < node->items.size()) {
      node = &node->items[index];
      place = {node->line, place.field + "[" + step + "]"};
    } else {
      break;
    }
  }
  return place;
}

SchemaDraft read_input_schema(FieldReader& fields) {
  const auto* node = fields.find_map("input", Need::required);
  if (node == nullptr) return {};
  const Place root{fields.line_of("input"), fields.path_of("input")};
  check_root(*node, root, fields.report());
  check_properties(*node, root, fields.report());
  check_required(*node, root, fields.report());
  json::value written = to_json(*node);
  auto compiled = compile(*node, root, written, fields.report());
  return {std::move(written.get_object()), std::move(compiled)};
}

SchemaDraft read_output_schema(FieldReader& fields, Need need) {
  const auto* node = fields.find_map("output", need);
  if (node == nullptr) return {};
  const Place root{fields.line_of("output"), fields.path_of("output")};
  json::value written = to_json(*node);
  auto compiled = compile(*node, root, written, fields.report());
  return {std::move(written.get_object()), std::move(compiled)};
}

std::vector<std::string_view> property_names(const json::object& schema) {
  std::vector<std::string_view> out;
  if (const auto* properties = find_object(schema, "properties")) {
    for (const auto& property : *properties) out.push_back(property.key());
  }
  return out;
}

std::vector<std::string_view> all_property_names(const json::object& schema) {
  std::vector<std::string_view> out;
  visit_objects(schema, [&](const json::object& one) {
    const auto* properties = find_object(one, "properties");
    if (properties == nullptr) return;
    for (const auto& property : *properties) out.push_back(property.key());
  });
  return out;
}

std::vector<std::string_view> all_required_names(const json::object& schema) {
  std::vector<std::string_view> out;
  visit_objects(schema, [&](const json::object& one) {
    const auto* required = find_array(one, "required");
    if (required == nullptr) return;
    for (const auto& name : *required) {
      if (const auto* text = name.if_string()) out.push_back(*text);
    }
  });
  return out;
}

const json::array* find_choices(const json::object& schema, std::string_view property) {
  const auto* properties = find_object(schema, "properties");
  const auto* one = properties == nullptr ? nullptr : find_object(*properties, property);
  return one == nullptr ? nullptr : find_array(*one, "enum");
}

}  // namespace callosum::registry
