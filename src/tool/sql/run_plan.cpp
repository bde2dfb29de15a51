#include "base/json.hpp"
#include "tool/sql/fence.hpp"
#include "tool/sql/plan.hpp"

namespace callosum::tool::sql {
namespace {

using storage::sqlite::Connection;
using storage::sqlite::Statement;

// Far above what any caller is given (the executor caps that); keeps one query from filling the
// memory.
constexpr std::size_t kMaxResultBytes = 1 << 20;

/// The tenant is set and the statement bound for exactly one run.
class Run {
 public:
  Run(Connection& connection, Statement& statement, const std::string& tenant_id)
      : fence_(Fence::of(connection)), statement_(statement) {
    statement_.reset();
    fence_.enter(tenant_id);
    fence_.take_changed_rows();
  }
  ~Run() {
    statement_.reset();
    fence_.leave();
  }
  Run(const Run&) = delete;
  Run& operator=(const Run&) = delete;
  std::int64_t changed_rows() { return fence_.take_changed_rows(); }

 private:
  Fence& fence_;
  Statement& statement_;
};

Result<void> convert(json::object& row, const Plan& plan) {
  for (auto& member : row) {
    auto& value = member.value();
    const std::string_view column = member.key();
    if (value.is_string() && plan.json_columns.contains(column)) {
      auto parsed = parse_strict(value.get_string());
      if (!parsed) {
        return fail(ErrorType::invalid_output, "the data could not be read",
                    std::string(column) + ": " + parsed.error().message);
      }
      value = std::move(*parsed);
    } else if (value.is_int64() && plan.boolean_columns.contains(column)) {
      value = value.get_int64() != 0;
    }
  }
  return {};
}

std::size_t bytes_of(const Statement& statement, const json::object& row) {
  std::size_t bytes = static_cast<std::size_t>(statement.column_count()) * 16;
  for (const auto& member : row) {
    if (const auto* text = member.value().if_string()) bytes += text->size();
  }
  return bytes;
}

Result<json::value> read_one(Statement& statement, const Plan& plan) {
  const auto stepped = statement.step();
  if (!stepped) return stepped.error();
  if (!*stepped) return json::value(nullptr);
  auto row = statement.row();
  if (!row) return row.error();
  const auto converted = convert(*row, plan);
  if (!converted) return converted.error();
  return json::value(std::move(*row));
}

Result<json::value> read_value(Statement& statement) {
  const auto stepped = statement.step();
  if (!stepped) return stepped.error();
  json::object out;
  if (!*stepped) {
    out["value"] = nullptr;
    return json::value(std::move(out));
  }
  auto value = statement.column(0);
  if (!value) return value.error();
  out["value"] = std::move(*value);
  return json::value(std::move(out));
}

Result<json::value> read_many(Statement& statement, const Plan& plan) {
  json::array items;
  std::int64_t count = 0;
  std::size_t bytes = 0;
  while (true) {
    const auto stepped = statement.step();
    if (!stepped) return stepped.error();
    if (!*stepped) break;
    ++count;
    if (items.size() >= plan.max_rows) continue;  // the rest is only counted
    auto row = statement.row();
    if (!row) return row.error();
    bytes += bytes_of(statement, *row);
    if (bytes > kMaxResultBytes) {
      return fail(ErrorType::output_too_large, "the answer is too large");
    }
    const auto converted = convert(*row, plan);
    if (!converted) return converted.error();
    items.emplace_back(std::move(*row));
  }
  const bool is_truncated = count > static_cast<std::int64_t>(items.size());
  json::object out{{"items", std::move(items)}, {"count", count}};
  if (is_truncated) out["truncated"] = true;
  return json::value(std::move(out));
}

/// To its end: a write's effects all come before its first row, but an unread statement is never
/// finished.
Result<json::value> read_affected(Statement& statement, Run& run) {
  while (true) {
    const auto stepped = statement.step();
    if (!stepped) return stepped.error();
    if (!*stepped) break;
  }
  return json::value(json::object{{"affected", run.changed_rows()}});
}

}  // namespace

Result<json::value> run_plan(Connection& connection, const Plan& plan,
                             const json::object& arguments, const std::string& tenant_id) {
  const auto prepared = connection.prepare_cached(plan.sql);
  if (!prepared) return prepared.error();
  auto& statement = **prepared;
  Run run(connection, statement, tenant_id);
  const auto bound = statement.bind_named(arguments);
  if (!bound) return bound.error();
  switch (plan.shape) {
    case ResultShape::one:
      return read_one(statement, plan);
    case ResultShape::value:
      return read_value(statement);
    case ResultShape::affected:
      return read_affected(statement, run);
    case ResultShape::many:
      break;
  }
  return read_many(statement, plan);
}

}  // namespace callosum::tool::sql
