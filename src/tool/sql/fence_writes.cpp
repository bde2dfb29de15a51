// The writing side of the fence: what its INSTEAD OF triggers call.
#include "tool/sql/fence.hpp"

namespace callosum::tool::sql {
namespace {

using storage::sqlite::Connection;

Error foreign_row() {
  return fail(ErrorType::forbidden, "that record belongs to someone else",
              "a write named another tenant");
}

std::size_t key_columns(const FencedTable& table) {
  std::size_t count = 0;
  for (const auto& column : table.columns) count += column.is_key ? 1 : 0;
  return count;
}

std::size_t expected_values(const FencedTable& table, WriteKind kind) {
  const auto keys = kind == WriteKind::insert ? 0 : key_columns(table);
  const auto columns = kind == WriteKind::remove ? 0 : table.columns.size();
  return 1 + columns + keys;
}

}  // namespace

Result<void> Fence::add_write_functions() {
  for (const auto kind : {WriteKind::insert, WriteKind::update, WriteKind::remove}) {
    const auto added = connection_.add_function(
        std::string(write_function(kind)), {.arguments = -1, .is_deterministic = false},
        [this, kind](std::span<const json::value> values) { return write(kind, values); });
    if (!added) return added.error();
  }
  return {};
}

Result<FencedTable*> Fence::find_table(const json::value& name) {
  for (auto& table : tables_) {
    if (name.is_string() && name.get_string() == table.name) return &table;
  }
  return fail(ErrorType::forbidden, "that is not allowed", "no such fenced table");
}

/// Compiled once: a write would otherwise spend a good part of its time on it.
Result<storage::sqlite::Statement*> Fence::write_statement(const FencedTable& table,
                                                           WriteKind kind) {
  const auto known = write_statements_.find({&table, kind});
  if (known != write_statements_.end()) return &known->second;
  auto prepared = connection_.prepare(table.write_sql(kind));
  if (!prepared) return prepared.error();
  return &write_statements_.emplace(std::pair(&table, kind), std::move(*prepared)).first->second;
}

/// `values`: the table's name, NEW's columns (not for remove), OLD's key (not for insert).
Result<json::value> Fence::write(WriteKind kind, std::span<const json::value> values) {
  const auto table = values.empty() ? find_table(nullptr) : find_table(values[0]);
  if (!table) return table.error();
  if (tenant_.empty() || values.size() != expected_values(**table, kind)) return foreign_row();

  const Connection::Trusted trusted(connection_);
  const auto prepared = write_statement(**table, kind);
  if (!prepared) return prepared.error();
  auto* statement = *prepared;
  struct Reset {
    storage::sqlite::Statement& statement;
    ~Reset() { statement.reset(); }
  } const reset{*statement};
  for (std::size_t i = 1; i < values.size(); ++i) {
    const bool is_new_column = kind != WriteKind::remove && i <= (*table)->columns.size();
    const bool is_tenant =
        is_new_column && (*table)->columns[i - 1].name == (*table)->tenant_column;
    const bool is_left_out = values[i].is_null() && kind == WriteKind::insert;
    if (is_tenant && !is_left_out && values[i] != current_tenant()) return foreign_row();
    const auto bound =
        statement->bind(static_cast<int>(i), is_tenant ? current_tenant() : values[i]);
    if (!bound) return bound.error();
  }
  if (kind != WriteKind::insert) {
    const auto bound = statement->bind(static_cast<int>(values.size()), current_tenant());
    if (!bound) return bound.error();
  }
  const auto done = statement->step();
  if (!done) return done.error();
  changed_rows_ += connection_.changed_rows();
  return json::value(nullptr);
}

}  // namespace callosum::tool::sql
