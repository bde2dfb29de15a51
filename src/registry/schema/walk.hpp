#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "base/json.hpp"
#include "registry/schema/keyword.hpp"

namespace callosum::registry::schema {

constexpr int kMaxWalkDepth = 100;

/// The dialect of a document by its own `$schema`, where that names a draft we know.
inline Dialect dialect_of_document(const json::value& document, Draft otherwise) {
  const auto* object = document.if_object();
  const auto* uri = object ? find_string(*object, "$schema") : nullptr;
  const auto draft = uri ? known_draft(*uri) : std::optional<Draft>();
  return {.draft = draft.value_or(otherwise)};
}

/// Calls `visit(schema, pointer)` for every schema object in a document.
template <class Visit>
void walk_schemas(const json::value& schema, const Dialect& dialect, const std::string& pointer,
                  const Visit& visit, int depth = 0) {
  const auto* object = schema.if_object();
  if (object == nullptr || depth > kMaxWalkDepth) return;
  visit(*object, pointer);
  for (const auto& member : *object) {
    const auto* keyword = find_keyword(member.key(), dialect);
    if (keyword == nullptr) continue;
    for_each_subschema(*keyword, member.value(),
                       [&](const std::string& path, const json::value& child) {
                         walk_schemas(child, dialect, pointer + path, visit, depth + 1);
                       });
  }
}

}  // namespace callosum::registry::schema
