#pragma once

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "registry/schema.hpp"

namespace callosum::registry::schema {

enum Vocabulary : std::uint16_t {
  kCore = 1,
  kApplicator = 2,
  kUnevaluated = 4,
  kValidation = 8,
  kMetaData = 16,
  kFormatAnnotation = 32,
  kFormatAssertion = 64,
  kContent = 128,
  kEveryVocabulary = 255,
};

/// Which keywords mean something in a document, and whether `format` refuses.
struct Dialect {
  Draft draft = Draft::draft2020_12;
  std::uint16_t vocabularies = kEveryVocabulary;
  bool asserts_formats = true;
};

/// The draft that a `$schema` names, or nothing.
std::optional<Draft> known_draft(std::string_view uri);

/// What a keyword's value has to be.
enum class Shape : std::uint8_t {
  anything,
  text,
  flag,
  number,
  positive,  ///< a number above zero
  count,     ///< a whole number, zero or more
  list,
  names,  ///< an array of different strings
  types,  ///< a type's name, or an array of them
  object,
  schema,
  schemas,  ///< a list of them, not empty
  schema_or_schemas,
  schema_map,  ///< name -> schema
  schema_or_names_map,
  names_map,
};

struct Keyword {
  std::string_view name;
  Shape shape;
  std::uint16_t vocabulary;
  bool is_in_2020_12;
  bool is_in_7;
};

std::span<const Keyword> keywords();

/// Null where the dialect gives the name no meaning.
const Keyword* find_keyword(std::string_view name, const Dialect& dialect);

/// Empty where `value` has the shape, else what was expected. Looks one level deep.
std::string problem_of_shape(Shape shape, const json::value& value);

/// Bits of node.hpp's TypeBit for "string", "integer" …; 0: no type.
std::uint8_t type_bits(std::string_view name);

/// `~` and `/` of a JSON Pointer's segment escaped.
std::string escape_pointer(std::string_view segment);

/// Calls `visit(segments, schema)` for each schema that stands directly under this keyword;
/// `segments` is its JSON Pointer from the keyword on, "/properties/name".
template <class Visit>
void for_each_subschema(const Keyword& keyword, const json::value& value, Visit visit) {
  const std::string path = "/" + escape_pointer(keyword.name);
  const auto is_schema = [](const json::value& v) { return v.is_object() || v.is_bool(); };
  switch (keyword.shape) {
    case Shape::schema:
    case Shape::schemas:
    case Shape::schema_or_schemas:
      if (const auto* list = value.if_array(); list && keyword.shape != Shape::schema) {
        for (std::size_t i = 0; i < list->size(); ++i) {
          if (is_schema((*list)[i])) visit(path + "/" + std::to_string(i), (*list)[i]);
        }
      } else if (is_schema(value) && keyword.shape != Shape::schemas) {
        visit(path, value);
      }
      return;
    case Shape::schema_map:
    case Shape::schema_or_names_map:
      if (const auto* map = value.if_object()) {
        for (const auto& member : *map) {
          if (!is_schema(member.value())) continue;
          visit(path + "/" + escape_pointer(member.key()), member.value());
        }
      }
      return;
    default:
      return;
  }
}

}  // namespace callosum::registry::schema
