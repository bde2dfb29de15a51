#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "registry/tool_spec.hpp"
#include "storage/sqlite/connection.hpp"
#include "tool/sql/rank_fusion.hpp"

namespace callosum::tool::sql {

namespace json = boost::json;

/// What a tool's rows become (packs/README.md "Results").
enum class ResultShape : std::uint8_t {
  one,       ///< the first row as an object, or null
  many,      ///< {items, count, truncated?}
  value,     ///< {value}: first column of the first row
  affected,  ///< {affected}: rows written
};

/// Which of the rows, and in which order: those that hold words of an argument, the best first.
struct Ranking {
  std::string by;                 ///< the argument; empty: as the statement orders them
  std::vector<std::string> over;  ///< columns
};

/// One statement of a tool's `run`, read and checked once at load.
struct Plan {
  std::string field = "run.sql";  ///< where it stands
  std::string sql;
  ResultShape shape = ResultShape::many;
  std::size_t max_rows = 50;
  bool is_write = false;
  /// Run in the same transaction once the first row is there, whose columns they have as
  /// `:result_NAME`.
  std::vector<std::string> then;
  std::string if_none;  ///< what a caller is told where there is no row: CONFLICT; empty: null
  Ranking rank;
  std::set<std::string, std::less<>>
      json_columns;  ///< text that the output schema calls object or array
  std::set<std::string, std::less<>> boolean_columns;  ///< 0 and 1 that it calls boolean
};

/// All that a tool may do: one plan, or one for each value of an argument.
struct Plans {
  std::string by;  ///< the argument; empty: `cases` holds one plan under ""
  std::map<std::string, std::shared_ptr<const Plan>, std::less<>> cases;

  /// Null where the argument has no value that there is a case for.
  std::shared_ptr<const Plan> find(const json::object& arguments) const;
  bool may_write() const;
};

/// Reads `{sql, result, max_rows?, then?, if_none?, rank?}`, or `{sql: {by, cases: {VALUE: {sql,
/// result, max_rows?}}}}`. VALIDATION names the key.
Result<Plans> read_plans(const registry::ToolSpec& tool);

/// What the output schema says of one row; null: nothing.
const json::object* row_schema(const json::object& output, ResultShape shape);

/// Compiles the statement behind the fence of `connection`. VALIDATION says why it does not load:
/// what the fence refuses, a parameter that is neither input nor binding, a column that the output
/// schema does not know.
Result<void> check_plan(storage::sqlite::Connection& connection, const registry::ToolSpec& tool,
                        const Plan& plan);

/// Another order of ranked rows, given the one by their words: rows that it leaves out are not
/// found.
using Rerank = std::function<Result<Ranks>(storage::sqlite::Connection& connection,
                                           const json::array& rows, Ranks by_words)>;

/// Runs it for one tenant on a fenced connection, on that connection's thread. `rerank` may be
/// empty.
Result<json::value> run_plan(storage::sqlite::Connection& connection, const Plan& plan,
                             const json::object& arguments, const std::string& tenant_id,
                             const Rerank& rerank = {});

}  // namespace callosum::tool::sql
