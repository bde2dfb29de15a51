#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::tool::sql {

enum class WriteKind : std::uint8_t { insert, update, remove };

/// One table behind the fence: its shape, and the SQL that the fence makes of it.
struct FencedTable {
  struct Column {
    std::string name;
    std::string default_sql;  ///< empty: none
    bool is_key = false;
  };

  std::string name;  ///< as the file spells it
  std::string tenant_column;
  std::string secret_view;  ///< the only reader of the table
  std::vector<Column> columns;

  bool has_key() const;
  std::string trigger(WriteKind kind) const;  ///< its name
  std::string secret_view_sql() const;
  std::string public_view_sql() const;
  /// Hands OLD's key and NEW's columns to the fence's function; the table must have a primary key
  /// to be written.
  std::string trigger_sql(WriteKind kind) const;
  /// What the function runs. Parameters: NEW's columns, then OLD's key columns, then the tenant.
  std::string write_sql(WriteKind kind) const;
};

/// The SQL function that the triggers of one kind call: "fence_insert".
std::string_view write_function(WriteKind kind);

/// Reads the table's shape; VALIDATION where table or column is missing, or a view stands in its
/// place.
Result<FencedTable> read_fenced_table(storage::sqlite::Connection& connection,
                                      const std::string& table, const std::string& tenant_column,
                                      const std::string& secret);

}  // namespace callosum::tool::sql
