#include "storage/sqlite/copy.hpp"

#include <memory>
#include <sqlite3.h>

#include "storage/sqlite/error.hpp"

namespace callosum::storage::sqlite {
namespace {

constexpr int kBusyMs = 5000;

struct Close {
  void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
};
using Handle = std::unique_ptr<sqlite3, Close>;

Result<Handle> open(const std::filesystem::path& path, int flags) {
  sqlite3* raw = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &raw,
                                   flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  Handle handle(raw);
  if (code != SQLITE_OK) return fail_sqlite(code, raw, path.native());
  sqlite3_busy_timeout(raw, kBusyMs);
  return handle;
}

}  // namespace

Result<void> copy_database(const std::filesystem::path& from, const std::filesystem::path& to) {
  auto source = open(from, SQLITE_OPEN_READONLY);
  if (!source) return source.error();
  auto target = open(to, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  if (!target) return target.error();
  auto* backup = sqlite3_backup_init(target->get(), "main", source->get(), "main");
  if (backup == nullptr) {
    return fail_sqlite(sqlite3_extended_errcode(target->get()), target->get(), to.native());
  }
  sqlite3_backup_step(backup, -1);
  const int code = sqlite3_backup_finish(backup);
  if (code != SQLITE_OK) return fail_sqlite(code, target->get(), to.native());
  return {};
}

}  // namespace callosum::storage::sqlite
