#pragma once

#include <boost/json/object.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "registry/manifest/field_reader.hpp"
#include "registry/schema.hpp"

namespace callosum::registry {

/// The argument that carries consent; the gateway's own (DESIGN "Consent").
constexpr std::string_view kConfirmationArgument = "confirmationToken";

/// Where in the manifest a part of a schema stands.
struct ManifestPlace {
  int line;
  std::string field;
};
/// Walks down from `root`, which stands at `place`, as far as the path leads: "/properties/a~1b" or
/// "properties.a" or "required[2]".
ManifestPlace find_place(const YamlNode& root, ManifestPlace place, std::string_view path);

struct SchemaDraft {
  json::object written;
  std::shared_ptr<const Schema> compiled;  ///< null where something was reported
};

/// The schema of a tool's arguments: an object with its own properties and nothing beside them.
SchemaDraft read_input_schema(FieldReader& fields);
/// The schema of a tool's answer. Empty where there is none.
SchemaDraft read_output_schema(FieldReader& fields, Need need);

/// The names under `properties` at the root.
std::vector<std::string_view> property_names(const json::object& schema);
/// Names of properties at any depth, also within lists.
std::vector<std::string_view> all_property_names(const json::object& schema);
/// The names that `required` lists at any depth.
std::vector<std::string_view> all_required_names(const json::object& schema);
/// The values that `enum` allows the property, or null.
const json::array* find_choices(const json::object& schema, std::string_view property);

}  // namespace callosum::registry
