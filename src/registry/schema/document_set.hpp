#pragma once

#include <boost/json/value.hpp>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "registry/schema/keyword.hpp"

namespace callosum::registry::schema {

/// A schema with an `$id`, or a document's root: what `#anchor` and relative references start from.
struct Resource {
  std::string uri;  ///< absolute where the document gives one; no fragment
  const json::value* root = nullptr;
  Dialect dialect;
  std::map<std::string, const json::value*, std::less<>> anchors;
  std::map<std::string, const json::value*, std::less<>> dynamic_anchors;
};

/// A schema's place: its resource, and its JSON Pointer in the document for errors.
struct Place {
  Resource* resource = nullptr;
  std::string pointer;
};

/// The documents that one compilation has seen, with every schema in them placed. Refers to their
/// JSON, which must outlive it.
class DocumentSet {
 public:
  explicit DocumentSet(const SchemaOptions& options) : options_(options) {}

  /// Places the schema a compilation starts from.
  Result<void> add_root(const json::value& document);

  struct Target {
    const json::value* schema = nullptr;
    /// The name where the reference is to a `$dynamicAnchor`.
    std::string dynamic_anchor;
  };
  /// Where `reference` leads from `from`; loads the document where it has to.
  Result<Target> resolve(std::string_view reference, const Resource& from);

  /// Of a schema that add_root or resolve has placed.
  const Place& place_of(const json::value& schema) const { return places_.at(&schema); }
  std::deque<Resource>& resources() { return resources_; }

 private:
  Result<void> add_document(const json::value& document, const std::string& uri);
  Result<void> add_schema(const json::value& schema, const Place& parent, int depth);
  Result<Resource*> add_resource(const json::value& schema, const Place& place, std::string uri);
  Result<void> add_identity(const json::value& schema, Place& place);
  Result<void> add_anchors(const json::value& schema, const Place& place);
  Result<void> add_anchor(Resource& resource, std::string_view name, const json::value& schema,
                          const Place& place);
  Result<Dialect> dialect_of(const json::value& schema, const Place& place,
                             const Dialect& inherited);
  Result<Dialect> dialect_of_meta_schema(const json::object& meta, const Dialect& inherited);
  Result<Resource*> find_resource(const std::string& uri);
  Result<Target> follow_pointer(const Resource& resource, std::string_view pointer);

  const SchemaOptions& options_;
  std::deque<Resource> resources_;
  std::map<std::string, Resource*, std::less<>> by_uri_;
  std::unordered_map<const json::value*, Place> places_;
  int documents_ = 0;
};

/// VALIDATION at a place in a schema: "schema at /properties/date: …".
Error schema_error(const Place& place, const std::string& problem);

}  // namespace callosum::registry::schema
