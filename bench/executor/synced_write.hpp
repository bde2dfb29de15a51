#pragma once

#include <filesystem>

#include "load/clock.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace callosum::bench {

/// What the writes are measured with: the least durable transaction that SQLite can do here. One
/// row of one table, prepared statements, write-ahead log, `synchronous=FULL`, no thread between.
/// Nothing of the product.
class SyncedWrite {
 public:
  explicit SyncedWrite(const std::filesystem::path& file);
  ~SyncedWrite();
  SyncedWrite(const SyncedWrite&) = delete;
  SyncedWrite& operator=(const SyncedWrite&) = delete;

  /// How long it took.
  Nanos run();

 private:
  void execute(const char* sql);
  sqlite3_stmt* prepare(const char* sql);
  void step(sqlite3_stmt* statement);

  sqlite3* handle_ = nullptr;
  sqlite3_stmt *begin_ = nullptr, *insert_ = nullptr, *commit_ = nullptr;
};

}  // namespace callosum::bench
