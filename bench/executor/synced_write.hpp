#pragma once

#include <filesystem>
#include <string>

#include "load/clock.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace callosum::bench {

/// One insert in a durable transaction, by hand: prepared statements, write-ahead log,
/// `synchronous=FULL`, no thread between. Nothing of the product.
class SyncedWrite {
 public:
  SyncedWrite(const std::filesystem::path& file, const std::string& tables,
              const std::string& insert);
  ~SyncedWrite();
  SyncedWrite(const SyncedWrite&) = delete;
  SyncedWrite& operator=(const SyncedWrite&) = delete;

  /// How long it took.
  Nanos run();

 private:
  void execute(const std::string& sql);
  sqlite3_stmt* prepare(const std::string& sql);
  void step(sqlite3_stmt* statement);

  sqlite3* handle_ = nullptr;
  sqlite3_stmt *begin_ = nullptr, *insert_ = nullptr, *commit_ = nullptr;
};

/// What the writes are measured with: the least that SQLite can do here, one row of one table.
SyncedWrite least_write(const std::filesystem::path& folder);
/// What `add_booking` changes, by hand: a table of as many bookings with the same indexes.
SyncedWrite booking_by_hand(const std::filesystem::path& folder,
                            const std::filesystem::path& packs);

}  // namespace callosum::bench
