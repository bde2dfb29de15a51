#include "storage/sqlite/error.hpp"

#include <sqlite3.h>
#include <string>

namespace callosum::storage::sqlite {
namespace {

// is_disk_trouble() knows these.
constexpr const char* kNoDisk = "the database is not available";
constexpr const char* kUncertain =
    "the database's disk failed; it is not certain whether that was done";

struct Meaning {
  ErrorType type;
  const char* message;
};

Meaning constraint_meaning(int extended) {
  switch (extended) {
    case SQLITE_CONSTRAINT_UNIQUE:
    case SQLITE_CONSTRAINT_PRIMARYKEY:
    case SQLITE_CONSTRAINT_ROWID:
      return {ErrorType::conflict, "that is already there"};
    default:
      return {ErrorType::validation, "that breaks a rule of the data"};
  }
}

Meaning meaning_of(int extended) {
  constexpr Meaning kNoMemory{ErrorType::transient, "the database has no memory for that now"};
  if (extended == SQLITE_IOERR_NOMEM) return kNoMemory;
  switch (extended & 0xff) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorType::transient, "the database is busy, try again"};
    case SQLITE_INTERRUPT:
      return {ErrorType::timeout, "that took too long"};
    case SQLITE_CONSTRAINT:
      return constraint_meaning(extended);
    case SQLITE_AUTH:
    case SQLITE_PERM:
      return {ErrorType::forbidden, "that is not allowed"};
    case SQLITE_TOOBIG:
      return {ErrorType::output_too_large, "the answer is too large"};
    case SQLITE_FULL:
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
      return {ErrorType::transient, kNoDisk};
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      return kNoMemory;
    default:
      return {ErrorType::permanent, "the database could not answer that"};
  }
}

}  // namespace

Error fail_sqlite(int code, sqlite3* handle, std::string_view sql) {
  const int extended =
      handle != nullptr && (code & 0xff) == code ? sqlite3_extended_errcode(handle) : code;
  // The connection may have moved on to another error; its words count only where they are about
  // this one.
  const bool is_about_this = handle != nullptr && (extended & 0xff) == (code & 0xff);
  const auto meaning = meaning_of(is_about_this ? extended : code);
  std::string detail = is_about_this ? sqlite3_errmsg(handle) : sqlite3_errstr(code);
  if (!sql.empty()) detail.append(" in: ").append(sql);
  return fail(meaning.type, meaning.message, std::move(detail));
}

Error uncertain_commit(const Error& error) {
  return fail(ErrorType::outcome_unknown, kUncertain, error.detail);
}

bool is_disk_trouble(const Error& error) {
  return error.message == kNoDisk || error.message == kUncertain;
}

}  // namespace callosum::storage::sqlite
