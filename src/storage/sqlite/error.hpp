#pragma once

#include <string_view>

#include "base/result.hpp"

struct sqlite3;

namespace callosum::storage::sqlite {

/// What an SQLite result code means to a caller: busy is TRANSIENT, interrupted TIMEOUT, a broken
/// key CONFLICT, a broken rule VALIDATION, a broken file PERMANENT. SQLite's words and the SQL go
/// to `detail` only. `handle` may be null (the code's own text then).
Error fail_sqlite(int code, sqlite3* handle, std::string_view sql = {});
/// What a commit failed with that may be on the disk all the same: OUTCOME_UNKNOWN.
Error uncertain_commit(const Error& error);
/// Whether the disk was the reason: full, broken, not to be opened.
bool is_disk_trouble(const Error& error);

}  // namespace callosum::storage::sqlite
