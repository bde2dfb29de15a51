#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "storage/sqlite/connection.hpp"
#include "tool/sql/fenced_table.hpp"

namespace callosum::tool::sql {

namespace json = boost::json;

struct FenceSpec {
  std::map<std::string, std::string>
      tenant_columns;  ///< table -> column; nothing else can be reached
  /// Prefix of the names that only the fence's own objects carry: 128 random bits, because SQLite's
  /// authorizer cannot tell a view from a common table expression of the same name.
  std::string secret;
  bool is_writable = false;
};

/// Keeps a tool's SQL on one connection within one tenant's rows, whatever that SQL says:
/// - a temporary view of each table's name hides the table; it reads a second view of a secret
/// name, which alone
///   may read the table and keeps only rows WHERE <column> = current_tenant();
/// - an authorizer, asked by the engine while it compiles, lets a statement read those views and
/// call harmless
///   functions, and nothing else;
/// - writes go through INSTEAD OF triggers that put, check and never change the tenant.
/// current_tenant() is NULL outside `enter` … `leave`, and then no row is anybody's.
class Fence final : public storage::sqlite::Connection::Attachment {
 public:
  /// Builds the fence on a connection that is used for nothing else. VALIDATION names a table or
  /// column that is not there.
  static Result<void> install(storage::sqlite::Connection& connection, const FenceSpec& spec);
  /// The fence of a connection that has one.
  static Fence& of(storage::sqlite::Connection& connection);

  void enter(std::string tenant_id) { tenant_ = std::move(tenant_id); }
  void leave() { tenant_.clear(); }
  /// Rows that went through the triggers since the last call.
  std::int64_t take_changed_rows() { return std::exchange(changed_rows_, 0); }
  /// Why the last statement was refused; empty: it was not.
  std::string take_refusal() { return std::exchange(refusal_, {}); }

 private:
  Fence(storage::sqlite::Connection& connection, const FenceSpec& spec);

  Result<void> read_tables();
  Result<void> add_functions();
  Result<void> add_write_functions();
  Result<void> make_objects();

  bool allows(const storage::sqlite::AccessRequest& request);
  bool may_read(const storage::sqlite::AccessRequest& request) const;
  bool may_call(const storage::sqlite::AccessRequest& request) const;
  bool may_write(const storage::sqlite::AccessRequest& request) const;
  bool is_view(std::string_view name) const;

  json::value current_tenant() const;
  Result<json::value> current_timezone();
  Result<json::value> write(WriteKind kind, std::span<const json::value> values);
  Result<FencedTable*> find_table(const json::value& name);
  Result<storage::sqlite::Statement*> write_statement(const FencedTable& table, WriteKind kind);

  storage::sqlite::Connection& connection_;
  const FenceSpec spec_;
  std::vector<FencedTable> tables_;
  std::set<std::string, std::less<>> known_tables_;  ///< lower case: every table of the file
  std::string tenant_;
  std::int64_t changed_rows_ = 0;
  std::string refusal_;
  /// What the triggers' functions run, by table and kind. Apart from the connection's own, which a
  /// tool's SQL could name by its text.
  std::map<std::pair<const FencedTable*, WriteKind>, storage::sqlite::Statement> write_statements_;
};

}  // namespace callosum::tool::sql
