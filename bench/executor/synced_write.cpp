#include "executor/synced_write.hpp"

#include <cerrno>
#include <fstream>
#include <sqlite3.h>
#include <sstream>

#include "executor/bookings.hpp"
#include "wire/socket.hpp"

namespace callosum::bench {
namespace {

// More than SQLite's log has pages before it is used again from its start: until then each sync
// also has to grow a file, which is no business of whoever is measured beside it.
constexpr int kUntilSteady = 1'500;

constexpr auto kOneBooking = R"sql(
  INSERT INTO bookings (id, business_id, customer_phone, service, booking_datetime, status,
    created_at, updated_at)
  SELECT lower(hex(phone || '2026-11-24T10:00:00Z')), (SELECT business_id FROM bookings LIMIT 1),
    phone, 'beard trim', '2026-11-24T10:00:00Z', 'confirmed',
    strftime('%Y-%m-%dT%H:%M:%SZ', 'now'), strftime('%Y-%m-%dT%H:%M:%SZ', 'now')
  FROM (SELECT '+1555' || (SELECT max(rowid) FROM bookings) AS phone)
)sql";

}  // namespace

SyncedWrite::SyncedWrite(const std::filesystem::path& file, const std::string& tables,
                         const std::string& insert) {
  errno = 0;
  if (sqlite3_open(file.c_str(), &handle_) != SQLITE_OK) die("cannot open " + file.string());
  execute("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;" + tables);
  begin_ = prepare("BEGIN IMMEDIATE");
  insert_ = prepare(insert);
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

void SyncedWrite::execute(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    die(std::string("SQLite: ") + sqlite3_errmsg(handle_));
  }
}

sqlite3_stmt* SyncedWrite::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v3(handle_, sql.c_str(), -1, SQLITE_PREPARE_PERSISTENT, &statement,
                         nullptr) != SQLITE_OK) {
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

SyncedWrite least_write(const std::filesystem::path& folder) {
  return {folder / "least.db", "CREATE TABLE notes (id INTEGER PRIMARY KEY, note TEXT NOT NULL)",
          "INSERT INTO notes (note) VALUES ('one row of a usual length')"};
}

SyncedWrite booking_by_hand(const std::filesystem::path& folder,
                            const std::filesystem::path& packs) {
  std::ostringstream tables;
  tables << std::ifstream(packs / "bookings" / "schema.sql").rdbuf() << ';' << some_bookings();
  return {folder / "bookings.db", tables.str(), kOneBooking};
}

}  // namespace callosum::bench
