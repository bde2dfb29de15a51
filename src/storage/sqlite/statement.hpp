#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

struct sqlite3_stmt;

namespace callosum::storage::sqlite {

namespace json = boost::json;

/// One compiled SQL statement of one Connection, which outlives it. One thread at a time.
class Statement {
 public:
  explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}

  /// `index` counts from 1. Objects and arrays are bound as JSON text, booleans as 0 and 1.
  Result<void> bind(int index, const json::value& value);
  /// Bytes, copied.
  Result<void> bind_blob(int index, std::span<const std::uint8_t> bytes);
  /// Every parameter by its name without the colon; one that `values` lacks becomes NULL.
  Result<void> bind_named(const json::object& values);

  /// True: there is a row to read. False: the statement has ended.
  Result<bool> step();
  /// Ends the run and forgets what was bound: the statement may run again.
  void reset();

  int column_count() const;
  std::string_view column_name(int index) const;  ///< from 0
  /// Integers beyond ±2^53 become strings. INVALID_OUTPUT: a blob, text that is not UTF-8, an
  /// infinity.
  Result<json::value> column(int index) const;
  Result<json::object> row() const;
  /// The bytes of a column, until the next step; empty where it is no blob.
  std::span<const std::uint8_t> blob(int index) const;

  /// As written, with their prefix (":topic"); "?" where one has no name.
  std::vector<std::string> parameters() const;
  bool is_readonly() const;
  bool is_explain() const;

 private:
  struct Finalizer {
    void operator()(sqlite3_stmt* statement) const;
  };
  void list_names();

  std::unique_ptr<sqlite3_stmt, Finalizer> handle_;
  // Of the parameters, without their prefix. Copies: SQLite compiles again when tables change.
  std::vector<std::string> names_;
};

}  // namespace callosum::storage::sqlite
