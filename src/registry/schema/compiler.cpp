#include "registry/schema/compiler.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/string.hpp>

namespace callosum::registry::schema {

Result<std::shared_ptr<const Schema>> Compiler::run(const json::value& schema) {
  if (const auto added = documents_.add_root(schema); !added) return added.error();
  out_->root = node_of(schema);
  compile_pending();
  link_dynamic_anchors();
  if (!error_) refuse_endless_references();
  if (error_) return *error_;
  out_->has_dynamic_scope = !dynamic_names_.empty();
  return std::shared_ptr<const Schema>(std::move(out_));
}

const Node* Compiler::node_of(const json::value& schema) {
  const auto [at, is_new] = nodes_.emplace(&schema, nullptr);
  if (is_new) {
    at->second = &out_->nodes.emplace_back();
    pending_.push_back({at->second, &schema, &documents_.place_of(schema)});
  }
  return at->second;
}

void Compiler::compile_pending() {
  while (!pending_.empty() && !error_) {
    const Work work = pending_.front();
    pending_.pop_front();
    compile(work);
  }
}

void Compiler::compile(const Work& work) {
  Node& node = *work.node;
  node.scope = scope_of(*work.place->resource);
  if (const auto* flag = work.schema->if_bool()) {
    node.verdict = *flag ? Verdict::always : Verdict::never;
    return;
  }
  object_ = work.schema->if_object();
  place_ = work.place;
  const bool is_reference_only =
      place_->resource->dialect.draft == Draft::draft7 && object_->contains("$ref");
  if (!is_reference_only) {
    read_types(node);
    read_choices(node);
    read_string(node);
    read_number(node);
    read_object(node);
    read_array(node);
    read_examples(node);
  }
  read_in_place(node);
  node.is_tracking =
      (node.object && node.object->unevaluated) || (node.array && node.array->unevaluated);
  const bool is_empty = node.types == kAnyType && node.choices.empty() && !node.string &&
                        !node.number && !node.object && !node.array && !node.in_place;
  if (is_empty) node.verdict = Verdict::always;
}

/// Every dynamic anchor that some `$dynamicRef` may reach is compiled and entered in its resource's
/// scope. Doing so may bring in more of them.
void Compiler::link_dynamic_anchors() {
  bool has_more = !dynamic_names_.empty();
  while (has_more && !error_) {
    has_more = false;
    // By index: compiling may load documents.
    for (std::size_t i = 0; i < documents_.resources().size(); ++i) {
      auto& resource = documents_.resources()[i];
      Scope* scope = scope_of(resource);
      scope->anchors.resize(dynamic_names_.size());
      for (const auto& [name, index] : dynamic_names_) {
        const auto anchor = resource.dynamic_anchors.find(name);
        auto& entry = scope->anchors[static_cast<std::size_t>(index)];
        if (anchor == resource.dynamic_anchors.end() || entry != nullptr) continue;
        entry = node_of(*anchor->second);
        has_more = true;
      }
    }
    compile_pending();
  }
}

void Compiler::refuse_endless_references() {
  const auto found = find_endless_reference(out_->nodes);
  if (!found) return;
  for (const auto& [schema, node] : nodes_) {
    if (node == found->node) error_ = schema_error(documents_.place_of(*schema), found->problem);
  }
}

Scope* Compiler::scope_of(Resource& resource) {
  const auto [at, is_new] = scopes_.emplace(&resource, nullptr);
  if (is_new) at->second = &out_->scopes.emplace_back();
  return at->second;
}

/// The keyword's value where it means something here; a value of the wrong shape is a problem.
const json::value* Compiler::find(std::string_view name) {
  const auto* value = object_->if_contains(name);
  if (value == nullptr || error_) return nullptr;
  const auto* keyword = find_keyword(name, place_->resource->dialect);
  if (keyword == nullptr) return nullptr;
  if (const auto wrong = problem_of_shape(keyword->shape, *value); !wrong.empty()) {
    problem(name, wrong);
    return nullptr;
  }
  return value;
}

std::size_t Compiler::count_at(std::string_view keyword, std::size_t otherwise) {
  const auto* value = find(keyword);
  if (value == nullptr) return otherwise;
  if (const auto* i = value->if_int64()) return static_cast<std::size_t>(*i);
  if (const auto* u = value->if_uint64()) return *u;
  const double d = value->get_double();
  return d < 0x1p63 ? static_cast<std::size_t>(d) : kNoLimit;
}

const Node* Compiler::schema_at(std::string_view keyword) {
  const auto* value = find(keyword);
  return value ? node_of(*value) : nullptr;
}

std::vector<const Node*> Compiler::schemas_at(std::string_view keyword) {
  std::vector<const Node*> nodes;
  if (const auto* value = find(keyword)) {
    for (const auto& schema : value->get_array()) nodes.push_back(node_of(schema));
  }
  return nodes;
}

void Compiler::problem(std::string_view keyword, const std::string& what) {
  if (error_) return;
  Place place = *place_;
  place.pointer += "/" + escape_pointer(keyword);
  error_ = schema_error(place, what);
}

std::shared_ptr<const Pattern> Compiler::pattern_of(std::string_view keyword,
                                                    std::string_view text) {
  if (const auto at = patterns_.find(text); at != patterns_.end()) return at->second;
  auto pattern = Pattern::make(text);
  if (!pattern) {
    problem(keyword, "not a regular expression: " + pattern.error().message);
    return nullptr;
  }
  patterns_.emplace(std::string(text), *pattern);
  return *pattern;
}

}  // namespace callosum::registry::schema
