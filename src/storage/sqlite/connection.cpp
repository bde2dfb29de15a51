#include "storage/sqlite/connection.hpp"

#include <array>
#include <chrono>
#include <fcntl.h>
#include <sqlite3.h>
#include <thread>
#include <unistd.h>

#include "base/text.hpp"
#include "storage/sqlite/error.hpp"
#include "storage/sqlite/query_guard.hpp"

namespace callosum::storage::sqlite {
namespace {

constexpr std::size_t kMaxCached = 128;
// Between looks at the guard: some tens of microseconds.
constexpr int kOpcodesBetweenChecks = 2000;
// Where no guard bounds it (start-up): two processes may migrate at once.
constexpr int kUnguardedBusyTries = 5000;

struct Limit {
  int id;
  int value;
};

// A statement must not cost much before it runs: compilation does not see the deadline.
constexpr std::array kLimits{
    Limit{SQLITE_LIMIT_LENGTH, 1 << 20},          Limit{SQLITE_LIMIT_SQL_LENGTH, 256 << 10},
    Limit{SQLITE_LIMIT_EXPR_DEPTH, 200},          Limit{SQLITE_LIMIT_COMPOUND_SELECT, 500},
    Limit{SQLITE_LIMIT_VDBE_OP, 200'000},         Limit{SQLITE_LIMIT_ATTACHED, 0},
    Limit{SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 200}, Limit{SQLITE_LIMIT_VARIABLE_NUMBER, 1000},
    Limit{SQLITE_LIMIT_TRIGGER_DEPTH, 20},        Limit{SQLITE_LIMIT_WORKER_THREADS, 0},
};

int on_progress(void* connection) {
  const auto* guard = static_cast<Connection*>(connection)->guard();
  return guard != nullptr && guard->is_cut_short() ? 1 : 0;
}

int on_busy(void* connection, int tries) {
  const auto* guard = static_cast<Connection*>(connection)->guard();
  if (guard != nullptr ? guard->is_cut_short() : tries >= kUnguardedBusyTries) return 0;
  std::this_thread::sleep_for(std::chrono::milliseconds(1));
  return 1;
}

/// SQLite would make the file readable by the group; its -wal and -shm take over the mode of the
/// file. A file that is there is never opened here: closing any descriptor of it takes away the
/// locks that the process's other connections hold on it (POSIX, fcntl), and with them gone another
/// process deletes their log.
void create_private(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor >= 0) ::close(descriptor);
}

Error not_one_statement(std::string_view sql) {
  return fail(ErrorType::validation, "expected exactly one SQL statement", std::string(sql));
}

}  // namespace

Connection::Connection(sqlite3* handle) : handle_(handle) {}

Connection::~Connection() {
  cached_by_sql_.clear();
  cached_.clear();
  attachment_.reset();  // it may hold statements
  sqlite3_close_v2(handle_);
}

Result<std::unique_ptr<Connection>> Connection::open(const OpenOptions& options) {
  const bool writes = options.mode == OpenMode::read_write;
  if (writes) create_private(options.path);
  const int flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE |
                    (writes ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY);
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(options.path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(handle));
  if (code != SQLITE_OK) return fail_sqlite(code, handle, options.path.native());
  const auto ready = connection->prepare_for_use(options);
  if (!ready) return ready.error();
  return connection;
}

Result<std::unique_ptr<Connection>> Connection::open_in_memory() {
  constexpr int kFlags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READWRITE |
                         SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(":memory:", &handle, kFlags, nullptr);
  std::unique_ptr<Connection> connection(new Connection(handle));
  if (code != SQLITE_OK) return fail_sqlite(code, handle, ":memory:");
  connection->limit();
  return connection;
}

/// What holds for every connection, whatever it is for.
void Connection::limit() {
  for (const auto& limit : kLimits) sqlite3_limit(handle_, limit.id, limit.value);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0, nullptr);
  sqlite3_progress_handler(handle_, kOpcodesBetweenChecks, on_progress, this);
  sqlite3_busy_handler(handle_, on_busy, this);
}

Result<void> Connection::prepare_for_use(const OpenOptions& options) {
  limit();
  if (options.mode == OpenMode::read_only) return execute("PRAGMA cell_size_check=ON");
  return execute(
      options.is_fully_synced
          ? "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON"
          : "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON");
}

Result<Statement> Connection::prepare(std::string_view sql) {
  sqlite3_stmt* raw = nullptr;
  const char* rest = nullptr;
  const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &raw, &rest);
  if (code != SQLITE_OK) return fail_sqlite(code, handle_, sql);
  if (raw == nullptr) return not_one_statement(sql);
  Statement statement(raw);
  // Comments and semicolons compile to nothing; anything else behind the statement is a second one.
  std::string_view left = sql.substr(static_cast<std::size_t>(rest - sql.data()));
  while (!trim(left).empty()) {
    sqlite3_stmt* second = nullptr;
    const char* next = nullptr;
    const int second_code =
        sqlite3_prepare_v3(handle_, left.data(), static_cast<int>(left.size()), 0, &second, &next);
    const Statement extra(second);
    if (second_code != SQLITE_OK || second != nullptr) return not_one_statement(sql);
    if (next == left.data()) break;
    left.remove_prefix(static_cast<std::size_t>(next - left.data()));
  }
  return statement;
}

Result<Statement*> Connection::prepare_cached(std::string_view sql) {
  const auto found = cached_by_sql_.find(sql);
  if (found != cached_by_sql_.end()) {
    cached_.splice(cached_.begin(), cached_, found->second);
    return &cached_.front().statement;
  }
  auto prepared = prepare(sql);
  if (!prepared) return prepared.error();
  if (cached_.size() >= kMaxCached) {
    cached_by_sql_.erase(cached_.back().sql);
    cached_.pop_back();
  }
  cached_.push_front(CachedStatement{std::string(sql), std::move(*prepared)});
  cached_by_sql_.emplace(cached_.front().sql, cached_.begin());
  return &cached_.front().statement;
}

Result<void> Connection::execute(std::string_view script) {
  const std::string text(script);
  const int code = sqlite3_exec(handle_, text.c_str(), nullptr, nullptr, nullptr);
  if (code == SQLITE_OK) return {};
  return fail_sqlite(code, handle_);
}

Result<json::array> Connection::query(std::string_view sql, const json::object& parameters) {
  auto statement = prepare_cached(sql);
  if (!statement) return statement.error();
  struct Reset {
    Statement& statement;
    ~Reset() { statement.reset(); }
  } const reset{**statement};
  const auto bound = (*statement)->bind_named(parameters);
  if (!bound) return bound.error();
  json::array rows;
  while (true) {
    const auto stepped = (*statement)->step();
    if (!stepped) return stepped.error();
    if (!*stepped) return rows;
    auto row = (*statement)->row();
    if (!row) return row.error();
    rows.emplace_back(std::move(*row));
  }
}

Result<std::int64_t> Connection::change(std::string_view sql, const json::object& parameters) {
  const auto rows = query(sql, parameters);
  if (!rows) return rows.error();
  return changed_rows();
}

std::int64_t Connection::changed_rows() const { return sqlite3_changes64(handle_); }

std::int64_t Connection::last_row_id() const { return sqlite3_last_insert_rowid(handle_); }

bool Connection::is_in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

bool Connection::tidy() {
  for (auto* open = sqlite3_next_stmt(handle_, nullptr); open != nullptr;
       open = sqlite3_next_stmt(handle_, open)) {
    if (sqlite3_stmt_busy(open) != 0) sqlite3_reset(open);
    sqlite3_clear_bindings(open);
  }
  if (is_in_transaction()) sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  return !is_in_transaction();
}

}  // namespace callosum::storage::sqlite
