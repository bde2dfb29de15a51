#include "executor/synced_write.hpp"

#include <cerrno>
#include <sqlite3.h>
#include <string>

#include "wire/socket.hpp"

namespace callosum::bench {
namespace {

// More than SQLite's log has pages before it is used again from its start: until then each sync
// also has to grow a file, which is no business of whoever is measured beside it.
constexpr int kUntilSteady = 1'500;

}  // namespace

SyncedWrite::SyncedWrite(const std::filesystem::path& file) {
  errno = 0;
  if (sqlite3_open(file.c_str(), &handle_) != SQLITE_OK) die("cannot open " + file.string());
  execute(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
      "CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT NOT NULL)");
  begin_ = prepare("BEGIN IMMEDIATE");
  insert_ = prepare("INSERT INTO notes (note) VALUES ('one row of a usual length')");
  commit_ = prepare("COMMIT");
  for (int i = 0; i < kUntilSteady; ++i) run();
}

SyncedWrite::~SyncedWrite() {
  for (auto* statement : {begin_, insert_, commit_}) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

Nanos SyncedWrite::run() {
  const auto start = now();
  step(begin_);
  step(insert_);
  step(commit_);
  return now() - start;
}

void SyncedWrite::execute(const char* sql) {
  if (sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr) != SQLITE_OK) {
    die(std::string("SQLite: ") + sqlite3_errmsg(handle_));
  }
}

sqlite3_stmt* SyncedWrite::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) !=
      SQLITE_OK) {
    die(std::string("SQLite: ") + sqlite3_errmsg(handle_));
  }
  return statement;
}

void SyncedWrite::step(sqlite3_stmt* statement) {
  if (sqlite3_step(statement) != SQLITE_DONE) {
    die(std::string("SQLite: ") + sqlite3_errmsg(handle_));
  }
  sqlite3_reset(statement);
}

}  // namespace callosum::bench
