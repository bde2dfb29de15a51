// What schemas that hold together allow: types, values, alternatives that are still open.
#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "registry/export/subset_writer.hpp"
#include "registry/schema/keyword.hpp"
#include "registry/schema/node.hpp"

namespace callosum::registry {
namespace {

struct Speaks {
  std::string_view keyword;
  std::uint8_t types;
};
constexpr std::uint8_t kNumber = schema::kInteger | schema::kFraction;
constexpr std::array<Speaks, 23> kSpeaks{{
    {"properties", schema::kObject},
    {"required", schema::kObject},
    {"additionalProperties", schema::kObject},
    {"patternProperties", schema::kObject},
    {"propertyNames", schema::kObject},
    {"minProperties", schema::kObject},
    {"maxProperties", schema::kObject},
    {"dependentRequired", schema::kObject},
    {"items", schema::kArray},
    {"prefixItems", schema::kArray},
    {"contains", schema::kArray},
    {"minItems", schema::kArray},
    {"maxItems", schema::kArray},
    {"uniqueItems", schema::kArray},
    {"pattern", schema::kString},
    {"format", schema::kString},
    {"minLength", schema::kString},
    {"maxLength", schema::kString},
    {"minimum", kNumber},
    {"maximum", kNumber},
    {"exclusiveMinimum", kNumber},
    {"exclusiveMaximum", kNumber},
    {"multipleOf", kNumber},
}};

std::uint8_t types_of(const json::value& type) {
  if (const auto* word = type.if_string()) return schema::type_bits(*word);
  std::uint8_t out = 0;
  if (const auto* list = type.if_array()) {
    for (const auto& word : *list) {
      if (word.is_string()) out |= schema::type_bits(word.get_string());
    }
  }
  return out;
}

bool holds(const json::array& values, const json::value& value) {
  const auto text = canonical_json(value);
  return std::any_of(values.begin(), values.end(),
                     [&](const json::value& each) { return canonical_json(each) == text; });
}

void take_values(json::array values, Allowed& allowed) {
  if (allowed.values) {
    json::array both;
    for (auto& value : values) {
      if (holds(*allowed.values, value)) both.push_back(std::move(value));
    }
    values = std::move(both);
  }
  allowed.values = std::move(values);
  allowed.says_type = true;
}

}  // namespace

Allowed allowed_by(const Conjunction& all) {
  Allowed out;
  out.types = schema::kAnyType;
  for (const auto& part : all.parts) {
    const auto& schema = *part.schema;
    if (const auto* type = schema.if_contains("type")) {
      out.types &= types_of(*type);
      out.says_type = true;
    }
    if (const auto* values = find_array(schema, "enum")) take_values(*values, out);
    if (const auto* value = schema.if_contains("const")) take_values(json::array{*value}, out);
    if (out.variants_of != nullptr) continue;
    const bool has_any = !part.any_done && find_array(schema, "anyOf") != nullptr;
    const bool has_one = !part.one_done && find_array(schema, "oneOf") != nullptr;
    if (has_any || has_one) {
      out.variants_of = &part;
      out.variants = has_any ? "anyOf" : "oneOf";
    }
  }
  if (!out.values) return out;
  std::uint8_t of_values = 0;
  json::array possible;
  for (const auto& value : *out.values) {
    for (std::uint8_t bit = 1; bit < schema::kAnyType; bit = static_cast<std::uint8_t>(bit << 1)) {
      if ((bit & out.types) == 0 || !schema::has_type(bit, value)) continue;
      of_values |= bit;
      possible.push_back(value);
    }
  }
  out.types &= of_values;
  out.values = std::move(possible);
  return out;
}

std::uint8_t types_by_keywords(const Conjunction& all) {
  std::uint8_t out = 0;
  for (const auto& part : all.parts) {
    for (const auto& [keyword, types] : kSpeaks) {
      if (part.schema->contains(keyword)) out |= types;
    }
  }
  return out;
}

std::string_view description_of(const Conjunction& all) {
  for (const auto& part : all.parts) {
    const auto text = text_at(*part.schema, "description");
    if (!part.is_silent && !text.empty()) return text;
  }
  return {};
}

void tell(json::object& schema, std::string_view note) {
  if (note.empty()) return;
  std::string text(text_at(schema, "description"));
  if (!text.empty()) text += text.ends_with('.') || text.ends_with('?') ? " " : ". ";
  schema["description"] = text + std::string(note);
}

}  // namespace callosum::registry
