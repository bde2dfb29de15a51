#include "storage/migrations.hpp"

#include <array>
#include <boost/json/serialize.hpp>
#include <string>

#include "base/encoding.hpp"
#include "base/json.hpp"
#include "base/short_key.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::storage {
namespace {

constexpr std::string_view kRecord = R"sql(
  CREATE TABLE IF NOT EXISTS schema_migrations (
    number INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    applied_at TEXT NOT NULL
  ) STRICT;
)sql";

Result<json::value> short_key_of(std::span<const json::value> texts) {
  if (!texts[0].is_string() || !texts[1].is_string()) {
    return fail(ErrorType::validation, "short_key: expected two texts");
  }
  return json::value(short_key(texts[0].get_string(), texts[1].get_string()));
}

Result<void> apply(sqlite::Connection& connection, const Migration& step) {
  const auto done = connection.execute(step.sql);
  if (!done) return done.error();
  const auto recorded = connection.change(
      "INSERT INTO schema_migrations (number, name, sha256, applied_at)"
      " VALUES (:number, :name, :sha256, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
      {{"number", step.number}, {"name", step.name}, {"sha256", sha256_hex(step.sql)}});
  if (!recorded) return recorded.error();
  return {};
}

Error differs(const json::object& recorded) {
  return fail(ErrorType::permanent, "the database was made by another version of this program",
              "schema_migrations: " + json::serialize(recorded));
}

}  // namespace

Result<void> migrate(sqlite::Connection& connection, std::span<const Migration> migrations) {
  const auto made = connection.execute(kRecord);
  if (!made) return made.error();
  const auto able = connection.add_function("short_key", {2, true}, short_key_of);
  if (!able) return able.error();
  const auto recorded =
      connection.query("SELECT number, name, sha256 FROM schema_migrations ORDER BY number");
  if (!recorded) return recorded.error();
  if (recorded->size() > migrations.size()) return differs(recorded->back().as_object());
  for (std::size_t i = 0; i < migrations.size(); ++i) {
    const auto& step = migrations[i];
    if (i >= recorded->size()) {
      const auto applied = apply(connection, step);
      if (!applied) return applied.error();
      continue;
    }
    const auto& row = (*recorded)[i].as_object();
    const bool is_same = row.at("number") == json::value(step.number) &&
                         row.at("sha256").as_string() == sha256_hex(step.sql);
    if (!is_same) return differs(row);
  }
  return {};
}

Result<void> check_current(sqlite::Connection& connection) {
  const auto rows = connection.query("SELECT count(*) AS steps FROM schema_migrations");
  if (!rows) return rows.error();
  const auto steps = rows->front().as_object().at("steps").as_int64();
  if (steps >= std::ssize(gateway_migrations())) return {};
  return fail(ErrorType::permanent,
              "the file was made by an older version: start this version's gateway on it once, or "
              "read it with the version that made it");
}

}  // namespace callosum::storage
