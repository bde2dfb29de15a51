#include "tool/sql/install.hpp"

#include <array>
#include <chrono>
#include <date/date.h>
#include <fstream>
#include <iterator>
#include <set>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "storage/database.hpp"

namespace callosum::tool::sql {
namespace {

using storage::sqlite::AccessRequest;
using storage::sqlite::Action;
using storage::sqlite::Authorizer;
using storage::sqlite::Connection;

constexpr std::uintmax_t kMaxFileBytes = 4 << 20;

Result<std::string> read_file(const std::filesystem::path& path) {
  std::error_code problem;
  const auto bytes = std::filesystem::file_size(path, problem);
  std::ifstream in(path, std::ios::binary);
  if (problem || !in) {
    return fail(ErrorType::validation, path.string() + ": the file cannot be read");
  }
  if (bytes > kMaxFileBytes) {
    return fail(ErrorType::validation, path.string() + ": expected at most 4 MiB");
  }
  return std::string(std::istreambuf_iterator<char>(in), {});
}

struct Script {
  std::string pack;
  std::string part;  ///< "schema", "demo"
  std::filesystem::path path;
  std::string sql;
  std::string fingerprint;
  std::function<bool(const AccessRequest&)> may;
};

Result<void> run_guarded(Connection& connection, const Script& script) {
  const auto kept = connection.keep_only_modules(std::array{"json_each", "json_tree"});
  if (!kept) return kept.error();
  std::string refused;
  connection.set_authorizer([&](const AccessRequest& request) {
    const bool is_allowed = script.may(request);
    if (!is_allowed && refused.empty()) refused = describe(request);
    return is_allowed;
  });
  const auto done = connection.execute(script.sql);
  connection.set_authorizer({});
  if (done) return {};
  const auto why = refused.empty() ? done.error().detail : refused + ", which is not allowed here";
  return fail(ErrorType::validation, script.path.string() + ": " + why, done.error().detail);
}

Result<void> install(Connection& connection, const Script& script) {
  const json::object key{{"pack", script.pack}, {"part", script.part}};
  const auto known = connection.query(
      "SELECT fingerprint FROM pack_installs WHERE pack = :pack AND part = :part", key);
  if (!known) return known.error();
  if (!known->empty() &&
      known->front().as_object().at("fingerprint") == json::value(script.fingerprint)) {
    return {};
  }
  const auto run = run_guarded(connection, script);
  if (!run) return run.error();
  auto row = key;
  row["fingerprint"] = script.fingerprint;
  const auto recorded = connection.change(
      "INSERT INTO pack_installs (pack, part, fingerprint) VALUES (:pack, :part, :fingerprint)"
      " ON CONFLICT (pack, part) DO UPDATE SET fingerprint = excluded.fingerprint,"
      " installed_at = strftime('%Y-%m-%dT%H:%M:%SZ', 'now')",
      row);
  if (!recorded) return recorded.error();
  return {};
}

bool is_catalogue(std::string_view table) { return table.starts_with("sqlite_"); }

bool may_in_schema(const std::set<std::string>& tables, const AccessRequest& request) {
  switch (request.action) {
    case Action::select:
    case Action::function:
    case Action::reindex:
      return true;
    case Action::create_table:
    case Action::create_index:
      return request.database == "main";
    case Action::read:
      // CREATE INDEX reads what it indexes.
      return is_catalogue(request.table) || tables.contains(to_lower_ascii(request.table));
    case Action::insert:
    case Action::update:
    case Action::remove:
      // What CREATE itself does. A direct write of the catalogue is stopped by the defensive mode.
      return is_catalogue(request.table);
    default:
      return false;
  }
}

bool may_in_demo(const std::set<std::string>& tables, const AccessRequest& request) {
  switch (request.action) {
    case Action::select:
    case Action::recursive:
    case Action::function:
      return true;
    case Action::read:
      return !is_catalogue(request.table);
    case Action::insert:
    case Action::update:
    case Action::remove:
      return tables.contains(to_lower_ascii(request.table));
    default:
      return false;
  }
}

std::set<std::string> tables_of(const registry::Pack& pack) {
  std::set<std::string> tables;
  for (const auto& [table, column] : pack.tenant_columns) tables.insert(to_lower_ascii(table));
  return tables;
}

Result<void> install_script(storage::Database& database, Script script) {
  if (script.path.empty()) return {};
  auto sql = read_file(script.path);
  if (!sql) return sql.error();
  script.sql = std::move(*sql);
  script.fingerprint = sha256_hex(script.sql) + script.fingerprint;
  return database.change_at_start(
      [&script](Connection& connection) { return install(connection, script); });
}

}  // namespace

Result<void> install_pack_schema(storage::Database& database, const registry::Pack& pack) {
  return install_script(database, {.pack = pack.name,
                                   .part = "schema",
                                   .path = pack.schema_file,
                                   .sql = {},
                                   .fingerprint = {},
                                   .may = [tables = tables_of(pack)](const AccessRequest& request) {
                                     return may_in_schema(tables, request);
                                   }});
}

Result<void> install_demo_data(storage::Database& database, const registry::Pack& pack) {
  auto tables = tables_of(pack);
  tables.insert("tenants");
  const auto today = date::floor<date::days>(std::chrono::system_clock::now());
  return install_script(database,
                        {.pack = pack.name,
                         .part = "demo",
                         .path = pack.demo_file,
                         .sql = {},
                         .fingerprint = date::format(" %F", today),
                         .may = [tables = std::move(tables)](const AccessRequest& request) {
                           return may_in_demo(tables, request);
                         }});
}

}  // namespace callosum::tool::sql
