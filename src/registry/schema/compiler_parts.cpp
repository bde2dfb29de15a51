// The keywords that apply schemas: to members, to items, to the value itself.

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "registry/schema/compiler.hpp"

namespace callosum::registry::schema {

void Compiler::read_object(Node& node) {
  ObjectRules rules;
  rules.min_properties = count_at("minProperties", 0);
  rules.max_properties = count_at("maxProperties", kNoLimit);
  read_properties(rules);
  if (const auto* map = find("patternProperties")) {
    for (const auto& member : map->get_object()) {
      auto pattern = pattern_of("patternProperties", member.key());
      if (!pattern) return;
      rules.patterns.push_back({std::move(pattern), node_of(member.value())});
    }
  }
  rules.additional = schema_at("additionalProperties");
  rules.names = schema_at("propertyNames");
  read_dependencies("dependentRequired", rules);
  read_dependencies("dependentSchemas", rules);
  read_dependencies("dependencies", rules);
  rules.unevaluated = schema_at("unevaluatedProperties");
  const bool says_something = rules.min_properties > 0 || rules.max_properties != kNoLimit ||
                              !rules.properties.all().empty() || !rules.patterns.empty() ||
                              rules.additional || rules.names || !rules.dependencies.empty() ||
                              rules.unevaluated;
  if (says_something) node.object = std::make_unique<ObjectRules>(std::move(rules));
}

void Compiler::read_properties(ObjectRules& rules) {
  std::map<std::string, Property> properties;
  if (const auto* map = find("properties")) {
    for (const auto& member : map->get_object()) {
      const std::string name(member.key());
      properties[name] = {.name = name, .schema = node_of(member.value())};
    }
  }
  read_required(properties, rules);
  std::vector<Property> all;
  for (auto& [name, property] : properties) all.push_back(std::move(property));
  rules.properties.assign(std::move(all));
}

void Compiler::read_required(std::map<std::string, Property>& properties, ObjectRules& rules) {
  const auto* names = find("required");
  if (names == nullptr) return;
  for (const auto& item : names->get_array()) {
    const std::string name(item.get_string());
    if (rules.required.size() < 64) {
      auto& property = properties[name];
      property.name = name;
      property.required_bit = std::uint64_t{1} << rules.required.size();
      rules.required_bits |= property.required_bit;
    }
    rules.required.push_back(name);
  }
}

void Compiler::read_dependencies(std::string_view keyword, ObjectRules& rules) {
  const auto* map = find(keyword);
  if (map == nullptr) return;
  for (const auto& member : map->get_object()) {
    Dependency dependency{.name = std::string(member.key())};
    if (const auto* names = member.value().if_array()) {
      for (const auto& name : *names) dependency.required.emplace_back(name.get_string());
    } else {
      dependency.schema = node_of(member.value());
    }
    rules.dependencies.push_back(std::move(dependency));
  }
}

void Compiler::read_array(Node& node) {
  ArrayRules rules;
  rules.min_items = count_at("minItems", 0);
  rules.max_items = count_at("maxItems", kNoLimit);
  if (const auto* flag = find("uniqueItems")) rules.is_unique = flag->get_bool();
  read_items(rules);
  rules.contains = schema_at("contains");
  rules.min_contains = count_at("minContains", 1);
  rules.max_contains = count_at("maxContains", kNoLimit);
  rules.contains_evaluates = place_->resource->dialect.draft == Draft::draft2020_12;
  rules.unevaluated = schema_at("unevaluatedItems");
  const bool says_something = rules.min_items > 0 || rules.max_items != kNoLimit ||
                              rules.is_unique || !rules.prefix.empty() || rules.rest ||
                              rules.contains || rules.unevaluated;
  if (says_something) node.array = std::make_unique<ArrayRules>(std::move(rules));
}

void Compiler::read_items(ArrayRules& rules) {
  if (place_->resource->dialect.draft == Draft::draft2020_12) {
    rules.prefix = schemas_at("prefixItems");
    rules.rest = schema_at("items");
    return;
  }
  const auto* items = find("items");
  if (items == nullptr) return;
  if (!items->is_array()) {
    rules.rest = node_of(*items);
    return;
  }
  for (const auto& schema : items->get_array()) {
    if (!schema.is_object() && !schema.is_bool()) return problem("items", "expected schemas");
    rules.prefix.push_back(node_of(schema));
  }
  rules.rest = schema_at("additionalItems");
}

void Compiler::read_in_place(Node& node) {
  InPlace rules;
  read_references(rules);
  const bool is_reference_only =
      place_->resource->dialect.draft == Draft::draft7 && rules.reference != nullptr;
  if (!is_reference_only) {
    rules.all_of = schemas_at("allOf");
    rules.any_of = schemas_at("anyOf");
    rules.one_of = schemas_at("oneOf");
    rules.negated = schema_at("not");
    rules.condition = schema_at("if");
    if (rules.condition != nullptr) {
      rules.consequent = schema_at("then");
      rules.alternative = schema_at("else");
    }
  }
  const bool says_something = rules.reference || rules.dynamic_reference || !rules.all_of.empty() ||
                              !rules.any_of.empty() || !rules.one_of.empty() || rules.negated ||
                              rules.condition;
  if (says_something) node.in_place = std::make_unique<InPlace>(std::move(rules));
}

void Compiler::read_references(InPlace& rules) {
  for (const std::string_view keyword : {"$ref", "$dynamicRef"}) {
    const auto* value = find(keyword);
    if (value == nullptr) continue;
    const auto target = documents_.resolve(value->get_string(), *place_->resource);
    if (!target) return problem(keyword, target.error().message);
    const Node* node = node_of(*target->schema);
    if (keyword == "$ref") {
      rules.reference = node;
      continue;
    }
    rules.dynamic_reference = node;
    if (target->dynamic_anchor.empty()) continue;
    const int next = static_cast<int>(dynamic_names_.size());
    rules.dynamic_name = dynamic_names_.emplace(target->dynamic_anchor, next).first->second;
  }
}

}  // namespace callosum::registry::schema
