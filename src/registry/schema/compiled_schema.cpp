#include "registry/schema/compiled_schema.hpp"

#include "registry/schema/evaluator.hpp"
#include "registry/schema/explainer.hpp"

namespace callosum::registry::schema {

bool CompiledSchema::is_valid(const json::value& value) const {
  Evaluator evaluator(has_dynamic_scope);
  return evaluator.check(*root, value) && !evaluator.is_exhausted();
}

std::vector<SchemaHint> CompiledSchema::explain(const json::value& value, std::size_t limit) const {
  if (is_valid(value)) return {};
  Explainer explainer(has_dynamic_scope);
  return explainer.explain(*root, value, limit);
}

}  // namespace callosum::registry::schema
