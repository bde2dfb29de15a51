#pragma once

#include <boost/json/value.hpp>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace callosum::registry {

namespace json = boost::json;

enum class Draft : std::uint8_t { draft2020_12, draft7 };

/// One thing that is wrong with a value, in words that a model can act on.
struct SchemaHint {
  std::string path;     ///< "date", "items[2].price"; empty: the value itself
  std::string message;  ///< "expected YYYY-MM-DD"
};

/// Finds a schema document by absolute URI (`$ref` to another document). Null: unknown.
using SchemaLoader = std::function<const json::value*(std::string_view uri)>;

struct SchemaOptions {
  Draft draft = Draft::draft2020_12;  ///< where the schema has no `$schema`
  SchemaLoader loader;
  /// `format` refuses (the gateway's way); false: annotates (the suites').
  bool assert_formats = true;
};

/// A compiled JSON Schema. Immutable and shared by threads. Validation is bounded in depth and
/// steps; it allocates nothing when it passes, but for lists of over 32 items that must differ, and
/// objects or lists of over 256 under `unevaluated…`.
class Schema {
 public:
  virtual ~Schema() = default;
  virtual bool is_valid(const json::value& value) const = 0;
  /// Every problem, at most `limit`, worst first. Empty: valid.
  virtual std::vector<SchemaHint> explain(const json::value& value,
                                          std::size_t limit = 8) const = 0;
};

/// VALIDATION names the place in the schema (JSON Pointer) and what was expected. Unknown keywords
/// are ignored here; a manifest's lint is stricter. Regular expressions run under ICU with a
/// limit of steps.
Result<std::shared_ptr<const Schema>> compile_schema(const json::value& schema,
                                                     const SchemaOptions& options = {});

/// Every keyword that a document uses where a schema stands, sorted; unknown ones too. What an
/// export has to know.
std::vector<std::string> schema_keywords(const json::value& schema,
                                         Draft draft = Draft::draft2020_12);

/// What an author should put right although it compiles: unknown keywords, values of the wrong
/// type, limits that exclude each other, `required` names that no property has. `path` is a JSON
/// Pointer.
std::vector<SchemaHint> lint_schema(const json::value& schema, Draft draft = Draft::draft2020_12);

}  // namespace callosum::registry
