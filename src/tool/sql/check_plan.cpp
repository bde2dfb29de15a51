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

Result<Statement> compile(Connection& connection, const Plan& plan) {
  auto& fence = Fence::of(connection);
  fence.take_refusal();
  auto statement = connection.prepare(plan.sql);
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

Result<void> check_parameters(const Statement& statement, const registry::ToolSpec& tool,
                              const Plan& plan) {
  const auto* properties = find_object(tool.input_schema, "properties");
  for (const auto& parameter : statement.parameters()) {
    if (parameter.front() != ':') {
      return refuse("parameter " + parameter + ": expected the form :name", plan);
    }
    const auto name = parameter.substr(1);
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
Result<void> check_against_output(const std::set<std::string, std::less<>>& columns,
                                  const registry::ToolSpec& tool, const Plan& plan) {
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

Result<void> check_columns(const Statement& statement, const registry::ToolSpec& tool,
                           const Plan& plan) {
  std::set<std::string, std::less<>> columns;
  for (int index = 0; index < statement.column_count(); ++index) {
    const std::string name(statement.column_name(index));
    if (!columns.insert(name).second) {
      return refuse("two columns are named '" + name + "'", plan);
    }
  }
  return check_against_output(columns, tool, plan);
}

}  // namespace

Result<void> check_plan(Connection& connection, const registry::ToolSpec& tool, const Plan& plan) {
  const auto statement = compile(connection, plan);
  if (!statement) return statement.error();
  auto checked = check_effect(*statement, plan);
  if (checked) checked = check_parameters(*statement, tool, plan);
  if (checked) checked = check_columns(*statement, tool, plan);
  return checked;
}

}  // namespace callosum::tool::sql
