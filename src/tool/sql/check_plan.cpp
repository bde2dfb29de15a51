#include <algorithm>
#include <set>

#include "base/json.hpp"
#include "base/text.hpp"
#include "tool/sql/fence.hpp"
#include "tool/sql/plan.hpp"

namespace callosum::tool::sql {
namespace {

using storage::sqlite::Connection;
using storage::sqlite::Statement;

Error refuse(const std::string& why, const Plan& plan) {
  return fail(ErrorType::validation, plan.field + ": " + why, plan.sql);
}

Result<Statement> compile(Connection& connection, const std::string& sql, const Plan& plan) {
  auto& fence = Fence::of(connection);
  fence.take_refusal();
  auto statement = connection.prepare(sql);
  const auto refusal = fence.take_refusal();
  if (!refusal.empty()) {
    return refuse(refusal + ", which the tenant fence does not allow", plan);
  }
  if (statement) return statement;
  if (statement.error().type == ErrorType::validation) {
    return refuse(statement.error().message, plan);
  }
  // Whoever wrote the manifest reads this, so SQLite's own words help.
  const auto& detail = statement.error().detail;
  return refuse(detail.substr(0, detail.find(" in: ")), plan);
}

Result<void> check_effect(const Statement& statement, const Plan& plan) {
  if (statement.is_explain()) return refuse("EXPLAIN is not a query", plan);
  if (!plan.is_write && !statement.is_readonly()) {
    return refuse("the statement writes, but the tool's access does not", plan);
  }
  if (plan.shape == ResultShape::affected ? statement.column_count() > 0
                                          : statement.column_count() == 0) {
    return refuse("the statement's columns do not fit run.result", plan);
  }
  return {};
}

using Columns = std::set<std::string, std::less<>>;

constexpr std::string_view kResult = "result_";

/// `row`: the columns that it also knows, as ":result_NAME".
Result<void> check_parameters(const Statement& statement, const registry::ToolSpec& tool,
                              const Plan& plan, const Columns& row = {}) {
  const auto* properties = find_object(tool.input_schema, "properties");
  for (const auto& parameter : statement.parameters()) {
    if (parameter.front() != ':') {
      return refuse("parameter " + parameter + ": expected the form :name", plan);
    }
    const auto name = parameter.substr(1);
    if (name.starts_with(kResult) && row.contains(name.substr(kResult.size()))) continue;
    if (properties != nullptr && properties->contains(name)) continue;
    const bool is_bound = std::any_of(tool.bind.begin(), tool.bind.end(),
                                      [&](const auto& b) { return b.parameter == name; });
    if (!is_bound) {
      return refuse("parameter " + parameter + " is neither in input.properties nor in bind", plan);
    }
  }
  return {};
}

/// A result that its own output schema would refuse at every call is a manifest's mistake.
Result<void> check_against_output(const Columns& columns, const registry::ToolSpec& tool,
                                  const Plan& plan) {
  const auto* row = row_schema(tool.output_schema, plan.shape);
  const auto* properties = row == nullptr ? nullptr : find_object(*row, "properties");
  if (properties == nullptr) return {};
  const auto* additional = row->if_contains("additionalProperties");
  const bool is_closed = additional != nullptr && additional->is_bool() && !additional->get_bool();
  for (const auto& column : columns) {
    if (is_closed && !properties->contains(column)) {
      return refuse("column '" + column + "' is not in the output schema", plan);
    }
  }
  const auto* required = find_array(*row, "required");
  if (required == nullptr) return {};
  for (const auto& name : *required) {
    if (name.is_string() && !columns.contains(std::string_view(name.get_string()))) {
      return refuse(
          "the output schema requires '" + std::string(name.get_string()) + "', which is no column",
          plan);
    }
  }
  return {};
}

Result<Columns> check_columns(const Statement& statement, const registry::ToolSpec& tool,
                              const Plan& plan) {
  Columns columns;
  for (int index = 0; index < statement.column_count(); ++index) {
    const std::string name(statement.column_name(index));
    if (!columns.insert(name).second) {
      return refuse("two columns are named '" + name + "'", plan);
    }
  }
  for (const auto& column : plan.rank.over) {
    if (!columns.contains(column)) {
      return refuse("rank.over: the statement has no column '" + column + "'", plan);
    }
  }
  const auto checked = check_against_output(columns, tool, plan);
  if (!checked) return checked.error();
  return columns;
}

Result<void> check_then(Connection& connection, const registry::ToolSpec& tool, const Plan& plan,
                        const Columns& row) {
  for (const auto& sql : plan.then) {
    const auto statement = compile(connection, sql, plan);
    if (!statement) return statement.error();
    if (statement->is_explain() || statement->is_readonly() || statement->column_count() > 0) {
      return refuse("then: expected statements that write and return nothing", plan);
    }
    const auto checked = check_parameters(*statement, tool, plan, row);
    if (!checked) return checked;
  }
  return {};
}

}  // namespace

Result<void> check_plan(Connection& connection, const registry::ToolSpec& tool, const Plan& plan) {
  const auto statement = compile(connection, plan.sql, plan);
  if (!statement) return statement.error();
  auto checked = check_effect(*statement, plan);
  if (checked) checked = check_parameters(*statement, tool, plan);
  if (!checked) return checked;
  const auto columns = check_columns(*statement, tool, plan);
  if (!columns) return columns.error();
  return check_then(connection, tool, plan, *columns);
}

}  // namespace callosum::tool::sql
