#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "registry/schema/compiled_schema.hpp"
#include "registry/schema/document_set.hpp"

namespace callosum::registry::schema {

/// Turns a schema's JSON into nodes. Works off a list, not the stack: a schema is compiled when
/// something refers to it, and only then. The first problem ends it.
class Compiler {
 public:
  explicit Compiler(const SchemaOptions& options) : documents_(options) {}

  Result<std::shared_ptr<const Schema>> run(const json::value& schema);

 private:
  struct Work {
    Node* node = nullptr;
    const json::value* schema = nullptr;
    const Place* place = nullptr;
  };

  // The list.
  const Node* node_of(const json::value& schema);
  void compile_pending();
  void compile(const Work& work);
  void link_dynamic_anchors();
  void refuse_endless_references();
  Scope* scope_of(Resource& resource);

  // One schema object; `object_` and `place_` are the current one's.
  const json::value* find(std::string_view keyword);
  std::size_t count_at(std::string_view keyword, std::size_t otherwise);
  const Node* schema_at(std::string_view keyword);
  std::vector<const Node*> schemas_at(std::string_view keyword);
  void problem(std::string_view keyword, const std::string& what);
  std::shared_ptr<const Pattern> pattern_of(std::string_view keyword, std::string_view text);

  void read_types(Node& node);
  void read_choices(Node& node);
  void read_string(Node& node);
  void read_number(Node& node);
  void read_bound(std::string_view keyword, bool is_exclusive, bool is_lower,
                  std::optional<Bound>& bound);
  void read_object(Node& node);
  void read_properties(ObjectRules& rules);
  void read_required(std::map<std::string, Property>& properties, ObjectRules& rules);
  void read_dependencies(std::string_view keyword, ObjectRules& rules);
  void read_array(Node& node);
  void read_items(ArrayRules& rules);
  void read_in_place(Node& node);
  void read_references(InPlace& rules);
  void read_examples(Node& node);

  DocumentSet documents_;
  std::shared_ptr<CompiledSchema> out_ = std::make_shared<CompiledSchema>();
  std::unordered_map<const json::value*, Node*> nodes_;
  std::unordered_map<const Resource*, Scope*> scopes_;
  std::map<std::string, int, std::less<>> dynamic_names_;
  std::map<std::string, std::shared_ptr<const Pattern>, std::less<>> patterns_;
  std::deque<Work> pending_;
  std::optional<Error> error_;

  const json::object* object_ = nullptr;
  const Place* place_ = nullptr;
};

struct EndlessReference {
  const Node* node = nullptr;
  std::string problem;
};
/// A schema that leads back to itself on the same value, or too far.
std::optional<EndlessReference> find_endless_reference(const std::deque<Node>& nodes);

}  // namespace callosum::registry::schema
