#include "registry/schema.hpp"

#include "registry/schema/compiler.hpp"

namespace callosum::registry {

Result<std::shared_ptr<const Schema>> compile_schema(const json::value& schema,
                                                     const SchemaOptions& options) {
  schema::Compiler compiler(options);
  return compiler.run(schema);
}

}  // namespace callosum::registry
