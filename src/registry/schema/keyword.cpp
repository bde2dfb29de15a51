#include "registry/schema/keyword.hpp"

#include <set>
#include <unordered_map>

#include "registry/schema/node.hpp"
#include "registry/schema/number.hpp"

namespace callosum::registry::schema {
namespace {

constexpr std::uint16_t kFormats = kFormatAnnotation | kFormatAssertion;

// Name, shape, vocabulary, in 2020-12, in 7.
constexpr Keyword kKeywords[] = {
    {"$id", Shape::text, kCore, true, true},
    {"$schema", Shape::text, kCore, true, true},
    {"$ref", Shape::text, kCore, true, true},
    {"$anchor", Shape::text, kCore, true, false},
    {"$dynamicRef", Shape::text, kCore, true, false},
    {"$dynamicAnchor", Shape::text, kCore, true, false},
    {"$vocabulary", Shape::object, kCore, true, false},
    {"$comment", Shape::text, kCore, true, true},
    {"$defs", Shape::schema_map, kCore, true, false},
    // Both renamed or split in 2020-12, whose meta-schema still describes them.
    {"definitions", Shape::schema_map, kCore, true, true},
    {"dependencies", Shape::schema_or_names_map, kApplicator, true, true},
    {"prefixItems", Shape::schemas, kApplicator, true, false},
    {"items", Shape::schema, kApplicator, true, false},
    {"items", Shape::schema_or_schemas, kApplicator, false, true},
    {"additionalItems", Shape::schema, kApplicator, false, true},
    {"contains", Shape::schema, kApplicator, true, true},
    {"additionalProperties", Shape::schema, kApplicator, true, true},
    {"properties", Shape::schema_map, kApplicator, true, true},
    {"patternProperties", Shape::schema_map, kApplicator, true, true},
    {"dependentSchemas", Shape::schema_map, kApplicator, true, false},
    {"propertyNames", Shape::schema, kApplicator, true, true},
    {"if", Shape::schema, kApplicator, true, true},
    {"then", Shape::schema, kApplicator, true, true},
    {"else", Shape::schema, kApplicator, true, true},
    {"allOf", Shape::schemas, kApplicator, true, true},
    {"anyOf", Shape::schemas, kApplicator, true, true},
    {"oneOf", Shape::schemas, kApplicator, true, true},
    {"not", Shape::schema, kApplicator, true, true},
    {"unevaluatedItems", Shape::schema, kUnevaluated, true, false},
    {"unevaluatedProperties", Shape::schema, kUnevaluated, true, false},
    {"type", Shape::types, kValidation, true, true},
    {"const", Shape::anything, kValidation, true, true},
    {"enum", Shape::list, kValidation, true, true},
    {"multipleOf", Shape::positive, kValidation, true, true},
    {"maximum", Shape::number, kValidation, true, true},
    {"exclusiveMaximum", Shape::number, kValidation, true, true},
    {"minimum", Shape::number, kValidation, true, true},
    {"exclusiveMinimum", Shape::number, kValidation, true, true},
    {"maxLength", Shape::count, kValidation, true, true},
    {"minLength", Shape::count, kValidation, true, true},
    {"pattern", Shape::text, kValidation, true, true},
    {"maxItems", Shape::count, kValidation, true, true},
    {"minItems", Shape::count, kValidation, true, true},
    {"uniqueItems", Shape::flag, kValidation, true, true},
    {"maxContains", Shape::count, kValidation, true, false},
    {"minContains", Shape::count, kValidation, true, false},
    {"maxProperties", Shape::count, kValidation, true, true},
    {"minProperties", Shape::count, kValidation, true, true},
    {"required", Shape::names, kValidation, true, true},
    {"dependentRequired", Shape::names_map, kValidation, true, false},
    {"title", Shape::text, kMetaData, true, true},
    {"description", Shape::text, kMetaData, true, true},
    {"default", Shape::anything, kMetaData, true, true},
    {"deprecated", Shape::flag, kMetaData, true, false},
    {"readOnly", Shape::flag, kMetaData, true, true},
    {"writeOnly", Shape::flag, kMetaData, true, true},
    {"examples", Shape::list, kMetaData, true, true},
    {"format", Shape::text, kFormats, true, true},
    {"contentEncoding", Shape::text, kContent, true, true},
    {"contentMediaType", Shape::text, kContent, true, true},
    {"contentSchema", Shape::schema, kContent, true, false},
};

using Index = std::unordered_map<std::string_view, const Keyword*>;

Index index_of(Draft draft) {
  Index index;
  for (const auto& keyword : kKeywords) {
    const bool is_in = draft == Draft::draft7 ? keyword.is_in_7 : keyword.is_in_2020_12;
    if (is_in) index.emplace(keyword.name, &keyword);
  }
  return index;
}

bool is_count(const json::value& value) {
  if (const auto* i = value.if_int64()) return *i >= 0;
  if (const auto* d = value.if_double()) return is_whole(*d) && *d >= 0;
  return value.is_uint64();
}

bool is_positive(const json::value& value) {
  return value.is_number() && compare_numbers(value, json::value(0)) > 0;
}

bool are_names(const json::value& value) {
  const auto* list = value.if_array();
  if (list == nullptr) return false;
  std::set<std::string_view> seen;
  for (const auto& name : *list) {
    if (!name.is_string() || !seen.insert(name.get_string()).second) return false;
  }
  return true;
}

bool are_types(const json::value& value) {
  if (const auto* name = value.if_string()) return type_bits(*name) != 0;
  if (!are_names(value) || value.get_array().empty()) return false;
  for (const auto& name : value.get_array()) {
    if (type_bits(name.get_string()) == 0) return false;
  }
  return true;
}

bool is_schema(const json::value& value) { return value.is_object() || value.is_bool(); }

bool are_schemas(const json::value& value) {
  const auto* list = value.if_array();
  if (list == nullptr || list->empty()) return false;
  for (const auto& item : *list) {
    if (!is_schema(item)) return false;
  }
  return true;
}

bool is_map_of(const json::value& value, bool may_be_schema, bool may_be_names) {
  const auto* map = value.if_object();
  if (map == nullptr) return false;
  for (const auto& member : *map) {
    const bool fits =
        (may_be_schema && is_schema(member.value())) || (may_be_names && are_names(member.value()));
    if (!fits) return false;
  }
  return true;
}

std::string unless(bool fits, const char* expected) {
  return fits ? std::string() : "expected " + std::string(expected);
}

}  // namespace

std::span<const Keyword> keywords() { return kKeywords; }

const Keyword* find_keyword(std::string_view name, const Dialect& dialect) {
  static const Index kIn2020 = index_of(Draft::draft2020_12);
  static const Index kIn7 = index_of(Draft::draft7);
  const Index& index = dialect.draft == Draft::draft7 ? kIn7 : kIn2020;
  const auto at = index.find(name);
  if (at == index.end() || (at->second->vocabulary & dialect.vocabularies) == 0) return nullptr;
  return at->second;
}

std::string problem_of_shape(Shape shape, const json::value& value) {
  switch (shape) {
    case Shape::anything:
      return {};
    case Shape::text:
      return unless(value.is_string(), "a string");
    case Shape::flag:
      return unless(value.is_bool(), "true or false");
    case Shape::number:
      return unless(value.is_number(), "a number");
    case Shape::positive:
      return unless(is_positive(value), "a number above 0");
    case Shape::count:
      return unless(is_count(value), "a whole number, 0 or more");
    case Shape::list:
      return unless(value.is_array(), "an array");
    case Shape::names:
      return unless(are_names(value), "an array of different strings");
    case Shape::types:
      return unless(
          are_types(value),
          "string, number, integer, boolean, object, array or null, or an array of these");
    case Shape::object:
      return unless(value.is_object(), "an object");
    case Shape::schema:
      return unless(is_schema(value), "a schema (an object, true or false)");
    case Shape::schemas:
      return unless(are_schemas(value), "an array of one or more schemas");
    case Shape::schema_or_schemas:
      return unless(is_schema(value) || value.is_array(), "a schema or an array of schemas");
    case Shape::schema_map:
      return unless(is_map_of(value, true, false), "an object of schemas");
    case Shape::schema_or_names_map:
      return unless(is_map_of(value, true, true), "an object of schemas or arrays of strings");
    case Shape::names_map:
      return unless(is_map_of(value, false, true), "an object of arrays of different strings");
  }
  return {};
}

std::uint8_t type_bits(std::string_view name) {
  if (name == "string") return kString;
  if (name == "object") return kObject;
  if (name == "array") return kArray;
  if (name == "integer") return kInteger;
  if (name == "number") return kInteger | kFraction;
  if (name == "boolean") return kBoolean;
  if (name == "null") return kNull;
  return 0;
}

std::string escape_pointer(std::string_view segment) {
  std::string out;
  for (const char c : segment) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace callosum::registry::schema
