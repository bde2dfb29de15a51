#pragma once

#include <boost/json/array.hpp>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/result.hpp"
#include "storage/sqlite/authorizer.hpp"
#include "storage/sqlite/statement.hpp"

struct sqlite3;

namespace callosum::storage::sqlite {

class QueryGuard;

enum class OpenMode : std::uint8_t { read_write, read_only };

struct OpenOptions {
  std::filesystem::path
      path;  ///< created, for its owner only, where it is missing and the mode allows
  OpenMode mode = OpenMode::read_write;
  bool is_fully_synced = true;  ///< `synchronous=FULL`: a commit survives a power cut
};

/// An application-defined SQL function. An error ends the statement with its message in `detail`.
using ScalarFunction = std::function<Result<json::value>(std::span<const json::value>)>;

struct FunctionTraits {
  int arguments = 0;
  bool is_deterministic = false;  ///< same arguments, same answer, within one statement
};

/// One connection to one SQLite file: WAL, defensive, schema not trusted, double-quoted strings
/// off, limits on what a statement may cost to compile. One thread at a time; only
/// QueryGuard::interrupt may come from others.
class Connection {
 public:
  static Result<std::unique_ptr<Connection>> open(const OpenOptions& options);
  /// One that holds nothing yet and goes with the connection.
  static Result<std::unique_ptr<Connection>> open_in_memory();
  ~Connection();

  /// Exactly one statement; VALIDATION where there is none or more than one.
  Result<Statement> prepare(std::string_view sql);
  /// Kept compiled, the least recently used of many goes. Reset it before and after use; valid
  /// until the next call.
  Result<Statement*> prepare_cached(std::string_view sql);
  /// Every statement of a script, in order; rows are dropped.
  Result<void> execute(std::string_view script);
  /// All rows as objects; `parameters` by name.
  Result<json::array> query(std::string_view sql, const json::object& parameters = {});
  /// Rows that the latest statement changed.
  std::int64_t changed_rows() const;
  /// The number of the row that was inserted last.
  std::int64_t last_row_id() const;
  /// One statement; the rows it changed.
  Result<std::int64_t> change(std::string_view sql, const json::object& parameters = {});

  Result<void> add_function(const std::string& name, FunctionTraits traits,
                            ScalarFunction function);
  /// Forgets every virtual table module but these, and makes sure that these are known.
  Result<void> keep_only_modules(std::span<const char* const> names);
  /// Asked while statements compile; an empty one allows everything.
  void set_authorizer(Authorizer authorizer);
  /// While it lives the authorizer is not asked: for the gateway's own statements on a fenced
  /// connection.
  class Trusted {
   public:
    explicit Trusted(Connection& connection) : connection_(connection) { ++connection_.trusted_; }
    ~Trusted() { --connection_.trusted_; }
    Trusted(const Trusted&) = delete;
    Trusted& operator=(const Trusted&) = delete;

   private:
    Connection& connection_;
  };
  /// What the authorizer says, or yes while trusted.
  bool allows(const AccessRequest& request) const;

  /// What whoever opened the connection keeps with it; goes before the connection does.
  struct Attachment {
    virtual ~Attachment() = default;
  };
  void attach(std::unique_ptr<Attachment> attachment) { attachment_ = std::move(attachment); }
  Attachment* attachment() const { return attachment_.get(); }

  /// What cuts the running query short; null: nothing does. Busy waits end with it too.
  void set_guard(QueryGuard* guard) { guard_ = guard; }
  QueryGuard* guard() const { return guard_; }

  bool is_in_transaction() const;
  /// Ends whatever a query left behind: open statements, an open transaction. False: throw this
  /// connection away.
  bool tidy();
  sqlite3* handle() const { return handle_; }

 private:
  explicit Connection(sqlite3* handle);
  void limit();
  Result<void> prepare_for_use(const OpenOptions& options);

  struct CachedStatement {
    std::string sql;
    Statement statement;
  };

  sqlite3* handle_;
  QueryGuard* guard_ = nullptr;
  Authorizer authorizer_;
  int trusted_ = 0;
  std::unique_ptr<Attachment> attachment_;
  std::list<CachedStatement> cached_;  ///< latest used first
  std::unordered_map<std::string_view, std::list<CachedStatement>::iterator> cached_by_sql_;
};

}  // namespace callosum::storage::sqlite
