#pragma once

#include <deque>
#include <string>
#include <vector>

#include "registry/schema.hpp"
#include "registry/schema/node.hpp"

namespace callosum::registry::schema {

/// The nodes of one compiled schema and all it refers to.
class CompiledSchema final : public Schema {
 public:
  bool is_valid(const json::value& value) const override;
  std::vector<SchemaHint> explain(const json::value& value, std::size_t limit) const override;

  // Filled by the compiler; nodes point at each other, so they never move.
  std::deque<Node> nodes;
  std::deque<Scope> scopes;
  const Node* root = nullptr;
  bool has_dynamic_scope = false;
};

}  // namespace callosum::registry::schema
