// What SQLite calls back into: application-defined functions and the authorizer.
#include <boost/json/serialize.hpp>
#include <sqlite3.h>
#include <vector>

#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/error.hpp"
#include "storage/sqlite/value.hpp"

namespace callosum::storage::sqlite {
namespace {

std::string_view text_or_empty(const char* text) {
  return text == nullptr ? std::string_view{} : std::string_view(text);
}

Result<json::value> read_argument(sqlite3_value* value) {
  switch (sqlite3_value_type(value)) {
    case SQLITE_NULL:
      return json::value(nullptr);
    case SQLITE_INTEGER:
      return json::value(static_cast<std::int64_t>(sqlite3_value_int64(value)));
    case SQLITE_FLOAT:
      return real_to_json(sqlite3_value_double(value), "argument");
    case SQLITE_TEXT: {
      const auto* text = reinterpret_cast<const char*>(sqlite3_value_text(value));
      const auto bytes = static_cast<std::size_t>(sqlite3_value_bytes(value));
      return text_to_json({text == nullptr ? "" : text, bytes}, "argument");
    }
    default:
      return fail(ErrorType::invalid_output, "the data could not be read", "argument: a blob");
  }
}

void give_result(sqlite3_context* context, const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return sqlite3_result_null(context);
    case json::kind::bool_:
      return sqlite3_result_int(context, value.get_bool() ? 1 : 0);
    case json::kind::int64:
      return sqlite3_result_int64(context, value.get_int64());
    case json::kind::double_:
      return sqlite3_result_double(context, value.get_double());
    default: {
      const auto text =
          value.is_string() ? std::string(value.get_string()) : json::serialize(value);
      sqlite3_result_text64(context, text.data(), text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
    }
  }
}

void give_error(sqlite3_context* context, const Error& error) {
  const auto& text = error.detail.empty() ? error.message : error.detail;
  sqlite3_result_error(context, text.c_str(), static_cast<int>(text.size()));
  switch (error.type) {
    case ErrorType::timeout:
      return sqlite3_result_error_code(context, SQLITE_INTERRUPT);
    case ErrorType::transient:
      return sqlite3_result_error_code(context, SQLITE_BUSY);
    case ErrorType::conflict:
      return sqlite3_result_error_code(context, SQLITE_CONSTRAINT_UNIQUE);
    case ErrorType::validation:
      return sqlite3_result_error_code(context, SQLITE_CONSTRAINT_FUNCTION);
    case ErrorType::forbidden:
      return sqlite3_result_error_code(context, SQLITE_AUTH);
    default:
      return;
  }
}

void call_function(sqlite3_context* context, int count, sqlite3_value** values) {
  const auto& function = *static_cast<ScalarFunction*>(sqlite3_user_data(context));
  // No exception may pass through SQLite's C frames.
  try {
    std::vector<json::value> arguments;
    arguments.reserve(static_cast<std::size_t>(count));
    for (int index = 0; index < count; ++index) {
      auto argument = read_argument(values[index]);
      if (!argument) return give_error(context, argument.error());
      arguments.push_back(std::move(*argument));
    }
    const auto result = function(arguments);
    if (!result) return give_error(context, result.error());
    give_result(context, *result);
  } catch (const std::bad_alloc&) {
    sqlite3_result_error_nomem(context);
  } catch (const std::exception& problem) {
    sqlite3_result_error(context, problem.what(), -1);
  }
}

Action action_of(int code) {
  switch (code) {
    case SQLITE_SELECT:
      return Action::select;
    case SQLITE_RECURSIVE:
      return Action::recursive;
    case SQLITE_READ:
      return Action::read;
    case SQLITE_FUNCTION:
      return Action::function;
    case SQLITE_INSERT:
      return Action::insert;
    case SQLITE_UPDATE:
      return Action::update;
    case SQLITE_DELETE:
      return Action::remove;
    case SQLITE_CREATE_TABLE:
      return Action::create_table;
    case SQLITE_CREATE_INDEX:
      return Action::create_index;
    case SQLITE_REINDEX:
      return Action::reindex;
    default:
      return Action::other;
  }
}

AccessRequest make_request(int code, const char* first, const char* second) {
  AccessRequest request{.action = action_of(code), .code = code};
  if (request.action == Action::function) {
    request.function = text_or_empty(second);
  } else {
    request.table = text_or_empty(first);
    request.column = text_or_empty(second);
  }
  return request;
}

int on_access(void* connection, int code, const char* first, const char* second,
              const char* database, const char* inside) {
  auto request = make_request(code, first, second);
  request.database = text_or_empty(database);
  request.inside = text_or_empty(inside);
  try {
    return static_cast<Connection*>(connection)->allows(request) ? SQLITE_OK : SQLITE_DENY;
  } catch (...) {
    return SQLITE_DENY;
  }
}

}  // namespace

std::string describe(const AccessRequest& request) {
  const std::string table(request.table);
  const auto where = request.column.empty() ? table : table + "." + std::string(request.column);
  const auto from = request.database.empty() ? where : std::string(request.database) + "." + where;
  switch (request.action) {
    case Action::read:
      return "reads " + from;
    case Action::insert:
      return "inserts into " + from;
    case Action::update:
      return "updates " + from;
    case Action::remove:
      return "deletes from " + from;
    case Action::function:
      return "calls " + std::string(request.function) + "()";
    default:
      return "does what no tool may (pragma, attach, transaction or schema change; action " +
             std::to_string(request.code) + (table.empty() ? ")" : " on " + table + ")");
  }
}

Result<void> Connection::add_function(const std::string& name, FunctionTraits traits,
                                      ScalarFunction function) {
  const int flags =
      SQLITE_UTF8 | SQLITE_INNOCUOUS | (traits.is_deterministic ? SQLITE_DETERMINISTIC : 0);
  auto owned = std::make_unique<ScalarFunction>(std::move(function));
  // SQLite runs the destructor even where it refuses, so ownership passes here in every case.
  const int code = sqlite3_create_function_v2(
      handle_, name.c_str(), traits.arguments, flags, owned.release(), call_function, nullptr,
      nullptr, [](void* gone) { delete static_cast<ScalarFunction*>(gone); });
  if (code == SQLITE_OK) return {};
  return fail_sqlite(code, handle_, name);
}

Result<void> Connection::keep_only_modules(std::span<const char* const> names) {
  std::vector<const char*> kept(names.begin(), names.end());
  kept.push_back(nullptr);
  sqlite3_drop_modules(handle_, kept.data());
  // The first use declares the table, which an authorizer would take for a change of the schema.
  for (const auto* name : names) {
    const auto used = prepare("SELECT 1 FROM " + std::string(name) + "('[]')");
    if (!used) return used.error();
  }
  return {};
}

void Connection::set_authorizer(Authorizer authorizer) {
  authorizer_ = std::move(authorizer);
  sqlite3_set_authorizer(handle_, authorizer_ ? on_access : nullptr, this);
}

bool Connection::allows(const AccessRequest& request) const {
  return trusted_ > 0 || !authorizer_ || authorizer_(request);
}

}  // namespace callosum::storage::sqlite
