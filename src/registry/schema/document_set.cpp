#include "registry/schema/document_set.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

#include "base/json.hpp"
#include "registry/schema/uri.hpp"

namespace callosum::registry::schema {
namespace {

constexpr std::size_t kMaxSchemas = 20'000;
constexpr int kMaxDepth = 100;
constexpr int kMaxDocuments = 64;

bool is_reference_only(const json::object& schema, const Dialect& dialect) {
  // Draft 7 section 8.3: what stands beside $ref is ignored.
  return dialect.draft == Draft::draft7 && find_string(schema, "$ref") != nullptr;
}

}  // namespace

Error schema_error(const Place& place, const std::string& problem) {
  std::string where = place.pointer.empty() ? "the schema" : "schema at " + place.pointer;
  if (place.resource != nullptr && !place.resource->uri.empty()) {
    where += " of " + place.resource->uri;
  }
  return fail(ErrorType::validation, where + ": " + problem);
}

Result<void> DocumentSet::add_root(const json::value& document) {
  return add_document(document, "");
}

Result<void> DocumentSet::add_document(const json::value& document, const std::string& uri) {
  if (const auto known = places_.find(&document); known != places_.end()) {
    by_uri_.emplace(uri, known->second.resource);  // one document at two addresses
    return {};
  }
  if (++documents_ > kMaxDocuments) {
    return fail(ErrorType::validation, "a schema refers to more than 64 documents");
  }
  Place place{.resource = nullptr, .pointer = ""};
  if (!document.is_object() && !document.is_bool()) {
    return schema_error(place, "expected an object, true or false");
  }
  const Dialect start{.draft = options_.draft, .asserts_formats = options_.assert_formats};
  const auto dialect = dialect_of(document, place, start);
  if (!dialect) return dialect.error();
  const auto resource = add_resource(document, place, uri);
  if (!resource) return resource.error();
  (*resource)->dialect = *dialect;
  place.resource = *resource;
  return add_schema(document, place, 0);
}

Result<Resource*> DocumentSet::add_resource(const json::value& schema, const Place& place,
                                            std::string uri) {
  resources_.push_back({.uri = uri, .root = &schema});
  auto* resource = &resources_.back();
  if (place.resource != nullptr) resource->dialect = place.resource->dialect;
  const auto [at, is_new] = by_uri_.emplace(std::move(uri), resource);
  if (!is_new && at->second->root != &schema) {
    return schema_error(place, "two schemas have the $id " + at->first);
  }
  return resource;
}

Result<void> DocumentSet::add_schema(const json::value& schema, const Place& parent, int depth) {
  Place place = parent;
  if (places_.contains(&schema)) return {};
  if (depth > kMaxDepth) return schema_error(place, "schemas are nested more than 100 deep");
  if (places_.size() >= kMaxSchemas) return schema_error(place, "more than 20000 schemas");
  if (const auto identity = add_identity(schema, place); !identity) return identity.error();
  places_.emplace(&schema, place);
  const auto* object = schema.if_object();
  if (object == nullptr) return {};

  Result<void> outcome;
  for (const auto& member : *object) {
    const auto* keyword = find_keyword(member.key(), place.resource->dialect);
    if (keyword == nullptr) continue;
    for_each_subschema(*keyword, member.value(),
                       [&](const std::string& path, const json::value& child) {
                         if (!outcome) return;
                         const Place below{place.resource, place.pointer + path};
                         outcome = add_schema(child, below, depth + 1);
                       });
    if (!outcome) return outcome;
  }
  return {};
}

/// `$id` makes a resource, anchors name the schema; `place` becomes the schema's own.
Result<void> DocumentSet::add_identity(const json::value& schema, Place& place) {
  const auto* object = schema.if_object();
  if (object == nullptr || is_reference_only(*object, place.resource->dialect)) return {};
  const auto* id = find_string(*object, "$id");
  if (id != nullptr) {
    const std::string uri = resolve_uri(place.resource->uri, *id);
    const std::string base(without_fragment(uri));
    const bool is_document = place.resource->root == &schema;
    if (base != place.resource->uri && !without_fragment(*id).empty()) {
      const auto resource = add_resource(schema, place, base);
      if (!resource) return resource.error();
      const auto dialect = dialect_of(schema, place, (*resource)->dialect);
      if (!dialect) return dialect.error();
      (*resource)->dialect = *dialect;
      // A document keeps the address it came from; both lead to the same resource.
      if (is_document) by_uri_[place.resource->uri] = *resource;
      place.resource = *resource;
    }
    const auto fragment = fragment_of(uri);
    if (!fragment.empty()) {
      if (place.resource->dialect.draft != Draft::draft7) {
        return schema_error(place, "$id has a fragment; use $anchor");
      }
      const auto added = add_anchor(*place.resource, fragment, schema, place);
      if (!added) return added;
    }
  }
  return add_anchors(schema, place);
}

Result<void> DocumentSet::add_anchors(const json::value& schema, const Place& place) {
  Resource& resource = *place.resource;
  if (resource.dialect.draft == Draft::draft7) return {};
  const auto& object = schema.get_object();
  if (const auto* name = find_string(object, "$anchor")) {
    const auto added = add_anchor(resource, *name, schema, place);
    if (!added) return added;
  }
  if (const auto* name = find_string(object, "$dynamicAnchor")) {
    const auto [at, is_new] = resource.dynamic_anchors.emplace(std::string_view(*name), &schema);
    if (!is_new) return schema_error(place, "$dynamicAnchor " + at->first + " is there twice");
    resource.anchors.emplace(std::string_view(*name), &schema);
  }
  return {};
}

Result<void> DocumentSet::add_anchor(Resource& resource, std::string_view name,
                                     const json::value& schema, const Place& place) {
  const auto [at, is_new] = resource.anchors.emplace(name, &schema);
  if (!is_new && at->second != &schema) {
    return schema_error(place, "the anchor " + at->first + " is there twice");
  }
  return {};
}

}  // namespace callosum::registry::schema
