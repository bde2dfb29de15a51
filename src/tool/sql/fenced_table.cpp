#include "tool/sql/fenced_table.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace callosum::tool::sql {
namespace {

std::string quote(std::string_view name) {
  std::string out = "\"";
  for (const char c : name) {
    out += c;
    if (c == '"') out += c;
  }
  return out + '"';
}

std::string quote_text(std::string_view text) {
  std::string out = "'";
  for (const char c : text) {
    out += c;
    if (c == '\'') out += c;
  }
  return out + '\'';
}

std::string column_list(const FencedTable& table, std::string_view prefix) {
  std::vector<std::string> names;
  for (const auto& column : table.columns)
    names.push_back(std::string(prefix) + quote(column.name));
  return join(names, ", ");
}

std::string key_list(const FencedTable& table, std::string_view prefix, std::string_view suffix) {
  std::vector<std::string> names;
  for (const auto& column : table.columns) {
    if (column.is_key) {
      names.push_back(std::string(prefix) + quote(column.name) + std::string(suffix));
    }
  }
  return join(names, suffix.empty() ? ", " : " AND ");
}

// What a statement left out arrives as NULL, so the column's default is put back here.
std::string insert_sql(const FencedTable& table) {
  std::vector<std::string> values;
  for (const auto& column : table.columns) {
    values.push_back(column.default_sql.empty() ? "?" : "coalesce(?, " + column.default_sql + ")");
  }
  return "INSERT INTO main." + quote(table.name) + " (" + column_list(table, "") + ") VALUES (" +
         join(values, ", ") + ")";
}

std::string update_sql(const FencedTable& table) {
  std::vector<std::string> sets;
  for (const auto& column : table.columns) sets.push_back(quote(column.name) + " = ?");
  return "UPDATE main." + quote(table.name) + " SET " + join(sets, ", ") + " WHERE " +
         key_list(table, "", " IS ?") + " AND " + quote(table.tenant_column) + " = ?";
}

std::string remove_sql(const FencedTable& table) {
  return "DELETE FROM main." + quote(table.name) + " WHERE " + key_list(table, "", " IS ?") +
         " AND " + quote(table.tenant_column) + " = ?";
}

Error missing(const std::string& table, const std::string& what) {
  return fail(ErrorType::validation, "tenants." + table + ": " + what);
}

}  // namespace

bool FencedTable::has_key() const {
  return std::any_of(columns.begin(), columns.end(), [](const auto& c) { return c.is_key; });
}

std::string FencedTable::trigger(WriteKind kind) const {
  return secret_view + "_" + std::string(write_function(kind));
}

std::string FencedTable::secret_view_sql() const {
  return "CREATE TEMP VIEW " + quote(secret_view) + " AS SELECT " + column_list(*this, "") +
         " FROM main." + quote(name) + " WHERE " + quote(tenant_column) + " = current_tenant()";
}

std::string FencedTable::public_view_sql() const {
  return "CREATE TEMP VIEW " + quote(name) + " AS SELECT " + column_list(*this, "") +
         " FROM temp." + quote(secret_view);
}

std::string FencedTable::trigger_sql(WriteKind kind) const {
  std::string arguments = quote_text(name);
  if (kind != WriteKind::remove) arguments += ", " + column_list(*this, "NEW.");
  if (kind != WriteKind::insert) arguments += ", " + key_list(*this, "OLD.", "");
  const char* event = kind == WriteKind::insert   ? "INSERT"
                      : kind == WriteKind::update ? "UPDATE"
                                                  : "DELETE";
  return "CREATE TEMP TRIGGER " + quote(trigger(kind)) + " INSTEAD OF " + event + " ON temp." +
         quote(name) + " BEGIN SELECT " + std::string(write_function(kind)) + "(" + arguments +
         "); END";
}

std::string FencedTable::write_sql(WriteKind kind) const {
  if (kind == WriteKind::insert) return insert_sql(*this);
  return kind == WriteKind::update ? update_sql(*this) : remove_sql(*this);
}

std::string_view write_function(WriteKind kind) {
  if (kind == WriteKind::insert) return "fence_insert";
  return kind == WriteKind::update ? "fence_update" : "fence_remove";
}

Result<FencedTable> read_fenced_table(storage::sqlite::Connection& connection,
                                      const std::string& table, const std::string& tenant_column,
                                      const std::string& secret) {
  const auto found = connection.query(
      "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND lower(name) = lower(:table)",
      {{"table", table}});
  if (!found) return found.error();
  if (found->empty()) return missing(table, "the database has no such table");
  FencedTable out{.name = std::string(found->front().as_object().at("name").as_string()),
                  .tenant_column = {},
                  .secret_view = {},
                  .columns = {}};
  const auto columns = connection.query(
      "SELECT name, dflt_value, pk FROM pragma_table_info(:table, 'main')", {{"table", out.name}});
  if (!columns) return columns.error();
  for (const auto& row : *columns) {
    const auto& column = row.as_object();
    const auto* default_sql = column.at("dflt_value").if_string();
    out.columns.push_back({.name = std::string(column.at("name").as_string()),
                           .default_sql = default_sql ? std::string(*default_sql) : std::string(),
                           .is_key = column.at("pk").as_int64() > 0});
    if (to_lower_ascii(out.columns.back().name) == to_lower_ascii(tenant_column)) {
      out.tenant_column = out.columns.back().name;
    }
  }
  if (out.tenant_column.empty()) {
    return missing(table, "the table has no column '" + tenant_column + "'");
  }
  out.secret_view = secret + "_" + out.name;
  return out;
}

}  // namespace callosum::tool::sql
