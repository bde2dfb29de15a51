#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/string.hpp>
#include <set>

#include "base/text.hpp"
#include "registry/schema/format.hpp"
#include "registry/schema/node.hpp"
#include "registry/schema/walk.hpp"
#include "registry/schema/words.hpp"

namespace callosum::registry {
namespace {

using namespace schema;  // everything here is about its words

constexpr std::size_t kMaxHints = 100;

struct Limits {
  std::string_view least;
  std::string_view most;
  bool may_be_equal;
};
constexpr Limits kLimits[] = {
    {"minimum", "maximum", true},           {"exclusiveMinimum", "exclusiveMaximum", false},
    {"minimum", "exclusiveMaximum", false}, {"exclusiveMinimum", "maximum", false},
    {"minLength", "maxLength", true},       {"minItems", "maxItems", true},
    {"minContains", "maxContains", true},   {"minProperties", "maxProperties", true},
};

struct Applies {
  std::string_view keyword;
  std::uint8_t types;
};
constexpr std::uint8_t kNumber = kInteger | kFraction;
constexpr Applies kApplies[] = {
    {"minLength", kString},
    {"maxLength", kString},
    {"pattern", kString},
    {"minimum", kNumber},
    {"maximum", kNumber},
    {"exclusiveMinimum", kNumber},
    {"exclusiveMaximum", kNumber},
    {"multipleOf", kNumber},
    {"items", kArray},
    {"prefixItems", kArray},
    {"contains", kArray},
    {"minItems", kArray},
    {"maxItems", kArray},
    {"uniqueItems", kArray},
    {"properties", kObject},
    {"required", kObject},
    {"patternProperties", kObject},
    {"additionalProperties", kObject},
    {"propertyNames", kObject},
    {"minProperties", kObject},
    {"maxProperties", kObject},
};

std::uint8_t types_of(const json::object& schema) {
  const auto* type = schema.if_contains("type");
  if (type == nullptr || !problem_of_shape(Shape::types, *type).empty()) return kAnyType;
  if (const auto* name = type->if_string()) return type_bits(*name);
  std::uint8_t bits = 0;
  for (const auto& name : type->get_array()) bits |= type_bits(name.get_string());
  return bits;
}

class Linter {
 public:
  explicit Linter(const Dialect& dialect) : dialect_(dialect) {
    for (const auto& keyword : keywords()) {
      const bool is_in = dialect.draft == Draft::draft7 ? keyword.is_in_7 : keyword.is_in_2020_12;
      if (is_in) names_.push_back(keyword.name);
    }
  }

  void lint(const json::object& schema, const std::string& pointer) {
    pointer_ = pointer;
    for (const auto& member : schema) lint_member(member);
    lint_limits(schema);
    lint_required(schema);
    lint_types(schema);
    lint_enum(schema);
    const bool has_branch = schema.contains("then") || schema.contains("else");
    if (has_branch && !schema.contains("if")) add("then", "has no effect without if");
  }

  std::vector<SchemaHint> hints;

 private:
  void add(std::string_view keyword, std::string message) {
    if (hints.size() == kMaxHints) return;
    hints.push_back({pointer_ + "/" + escape_pointer(keyword), std::move(message)});
  }

  static std::string did_you_mean(std::string_view word,
                                  const std::vector<std::string_view>& known) {
    const auto nearest = word.size() <= 64 ? find_nearest(word, known) : std::string_view();
    return nearest.empty() ? std::string() : "; did you mean " + std::string(nearest) + "?";
  }

  void lint_member(const json::key_value_pair& member) {
    const std::string_view name = member.key();
    if (name.starts_with("x-")) return;  // an extension says so
    const auto* keyword = find_keyword(name, dialect_);
    if (keyword == nullptr) {
      return add(name, "unknown keyword " + printable(name) + did_you_mean(name, names_));
    }
    if (auto wrong = problem_of_shape(keyword->shape, member.value()); !wrong.empty()) {
      return add(name, std::move(wrong));
    }
    if (name == "pattern") lint_pattern(name, member.value().get_string());
    if (name == "patternProperties") {
      for (const auto& row : member.value().get_object()) lint_pattern(name, row.key());
    }
    if (name == "format" && find_format(member.value().get_string()) == nullptr) {
      const std::string_view format = member.value().get_string();
      add(name, "unknown format " + printable(format) + did_you_mean(format, format_names()));
    }
  }

  void lint_pattern(std::string_view keyword, std::string_view text) {
    const auto pattern = Pattern::make(text);
    if (!pattern) add(keyword, "not a regular expression: " + pattern.error().message);
  }

  void lint_limits(const json::object& schema) {
    for (const auto& pair : kLimits) {
      const auto* least = schema.if_contains(pair.least);
      const auto* most = schema.if_contains(pair.most);
      if (!least || !most || !least->is_number() || !most->is_number()) continue;
      const auto ordering = compare_numbers(*least, *most);
      if (ordering < 0 || (ordering == 0 && pair.may_be_equal)) continue;
      add(pair.least,
          "nothing fits: " + std::string(pair.least) + " is not below " + std::string(pair.most));
    }
  }

  void lint_required(const json::object& schema) {
    const auto* required = find_array(schema, "required");
    const auto* properties = find_object(schema, "properties");
    // Where other keywords may bring in the property, nothing can be said here.
    for (const auto other :
         {"$ref", "$dynamicRef", "allOf", "anyOf", "oneOf", "patternProperties"}) {
      if (schema.contains(other)) return;
    }
    const bool is_whole = properties != nullptr || schema.contains("additionalProperties");
    if (required == nullptr || !is_whole) return;
    std::vector<std::string_view> known;
    if (properties != nullptr) {
      for (const auto& property : *properties) known.emplace_back(property.key());
    }
    for (const auto& item : *required) {
      const auto* name = item.if_string();
      if (name == nullptr || std::find(known.begin(), known.end(), *name) != known.end()) continue;
      add("required", printable(*name) + " is not in properties" + did_you_mean(*name, known));
    }
  }

  void lint_types(const json::object& schema) {
    const auto types = types_of(schema);
    if (types == kAnyType) return;
    for (const auto& row : kApplies) {
      if (!schema.contains(row.keyword) || (types & row.types) != 0) continue;
      add(row.keyword, "has no effect: the type is " + describe_types(types));
    }
  }

  void lint_enum(const json::object& schema) {
    const auto* values = find_array(schema, "enum");
    if (values == nullptr) return;
    if (values->empty()) return add("enum", "nothing fits: the list is empty");
    const auto types = types_of(schema);
    std::set<std::string> seen;
    for (const auto& value : *values) {
      if (!has_type(types, value)) add("enum", "a value is not " + describe_types(types));
      if (!seen.insert(canonical_json(value)).second) add("enum", "a value is there twice");
    }
  }

  Dialect dialect_;
  std::vector<std::string_view> names_;
  std::string pointer_;
};

}  // namespace

std::vector<std::string> schema_keywords(const json::value& schema, Draft draft) {
  std::set<std::string> found;
  walk_schemas(schema, dialect_of_document(schema, draft), "",
               [&](const json::object& object, const std::string&) {
                 for (const auto& member : object) found.emplace(member.key());
               });
  return {found.begin(), found.end()};
}

std::vector<SchemaHint> lint_schema(const json::value& schema, Draft draft) {
  if (!schema.is_object() && !schema.is_bool()) {
    return {{"", "expected a schema (an object, true or false)"}};
  }
  const Dialect dialect = dialect_of_document(schema, draft);
  Linter linter(dialect);
  walk_schemas(schema, dialect, "", [&](const json::object& object, const std::string& pointer) {
    linter.lint(object, pointer);
  });
  return std::move(linter.hints);
}

}  // namespace callosum::registry
