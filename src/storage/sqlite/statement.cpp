#include "storage/sqlite/statement.hpp"

#include <boost/json/serialize.hpp>
#include <sqlite3.h>

#include "storage/sqlite/error.hpp"
#include "storage/sqlite/value.hpp"

namespace callosum::storage::sqlite {
namespace {

int bind_text(sqlite3_stmt* statement, int index, std::string_view text) {
  return sqlite3_bind_text64(statement, index, text.data(), text.size(), SQLITE_TRANSIENT,
                             SQLITE_UTF8);
}

int bind_value(sqlite3_stmt* statement, int index, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return sqlite3_bind_null(statement, index);
    case json::kind::bool_:
      return sqlite3_bind_int(statement, index, value.get_bool() ? 1 : 0);
    case json::kind::int64:
      return sqlite3_bind_int64(statement, index, value.get_int64());
    case json::kind::uint64:
      // Beyond SQLite's integers: such numbers leave as text, so they come in as text.
      if (value.get_uint64() > static_cast<std::uint64_t>(INT64_MAX)) {
        return bind_text(statement, index, std::to_string(value.get_uint64()));
      }
      return sqlite3_bind_int64(statement, index, static_cast<std::int64_t>(value.get_uint64()));
    case json::kind::double_:
      return sqlite3_bind_double(statement, index, value.get_double());
    case json::kind::string:
      return bind_text(statement, index, value.get_string());
    default:
      return bind_text(statement, index, json::serialize(value));
  }
}

std::string_view sql_of(sqlite3_stmt* statement) {
  const char* sql = sqlite3_sql(statement);
  return sql == nullptr ? std::string_view{} : sql;
}

}  // namespace

void Statement::Finalizer::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

Result<void> Statement::bind(int index, const json::value& value) {
  const int code = bind_value(handle_.get(), index, value);
  if (code == SQLITE_OK) return {};
  return fail_sqlite(code, sqlite3_db_handle(handle_.get()), sql_of(handle_.get()));
}

Result<void> Statement::bind_blob(int index, std::span<const std::uint8_t> bytes) {
  const int code =
      sqlite3_bind_blob64(handle_.get(), index, bytes.data(), bytes.size(), SQLITE_TRANSIENT);
  if (code == SQLITE_OK) return {};
  return fail_sqlite(code, sqlite3_db_handle(handle_.get()), sql_of(handle_.get()));
}

Result<void> Statement::bind_named(const json::object& values) {
  if (names_.empty()) list_names();
  int index = 0;
  for (const auto& name : names_) {
    const auto* found = name.empty() ? nullptr : values.if_contains(name);
    const auto bound = bind(++index, found == nullptr ? json::value(nullptr) : *found);
    if (!bound) return bound.error();
  }
  return {};
}

/// SQLite looks through all of them for each.
void Statement::list_names() {
  const int count = sqlite3_bind_parameter_count(handle_.get());
  for (int index = 1; index <= count; ++index) {
    const char* name = sqlite3_bind_parameter_name(handle_.get(), index);
    names_.emplace_back(name == nullptr ? "" : name + 1);
  }
}

Result<bool> Statement::step() {
  const int code = sqlite3_step(handle_.get());
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return fail_sqlite(code, sqlite3_db_handle(handle_.get()), sql_of(handle_.get()));
}

void Statement::reset() {
  sqlite3_reset(handle_.get());
  sqlite3_clear_bindings(handle_.get());
}

int Statement::column_count() const { return sqlite3_column_count(handle_.get()); }

std::string_view Statement::column_name(int index) const {
  const char* name = sqlite3_column_name(handle_.get(), index);
  return name == nullptr ? std::string_view{} : name;
}

Result<json::value> Statement::column(int index) const {
  auto* statement = handle_.get();
  switch (sqlite3_column_type(statement, index)) {
    case SQLITE_NULL:
      return json::value(nullptr);
    case SQLITE_INTEGER:
      return integer_to_json(sqlite3_column_int64(statement, index));
    case SQLITE_FLOAT:
      return real_to_json(sqlite3_column_double(statement, index), column_name(index));
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, index));
      const auto bytes = static_cast<std::size_t>(sqlite3_column_bytes(statement, index));
      if (text == nullptr) return fail(ErrorType::transient, "the database is out of memory");
      return text_to_json({text, bytes}, column_name(index));
    }
    default:
      return fail(ErrorType::invalid_output, "the data could not be read",
                  std::string(column_name(index)) + ": a blob");
  }
}

Result<json::object> Statement::row() const {
  json::object out;
  const int count = column_count();
  out.reserve(static_cast<std::size_t>(count));
  for (int index = 0; index < count; ++index) {
    auto value = column(index);
    if (!value) return value.error();
    out.insert_or_assign(column_name(index), std::move(*value));
  }
  return out;
}

std::span<const std::uint8_t> Statement::blob(int index) const {
  auto* statement = handle_.get();
  if (sqlite3_column_type(statement, index) != SQLITE_BLOB) return {};
  const auto* bytes = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement, index));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(statement, index))};
}

std::vector<std::string> Statement::parameters() const {
  std::vector<std::string> out;
  const int count = sqlite3_bind_parameter_count(handle_.get());
  for (int index = 1; index <= count; ++index) {
    const char* name = sqlite3_bind_parameter_name(handle_.get(), index);
    out.emplace_back(name == nullptr ? "?" : name);
  }
  return out;
}

bool Statement::is_readonly() const { return sqlite3_stmt_readonly(handle_.get()) != 0; }
bool Statement::is_explain() const { return sqlite3_stmt_isexplain(handle_.get()) != 0; }

}  // namespace callosum::storage::sqlite
