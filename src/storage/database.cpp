#include "storage/database.hpp"

#include "storage/migrations.hpp"

namespace callosum::storage {
namespace {

sqlite::ConnectionPool::Opener opener(const std::filesystem::path& path, sqlite::OpenMode mode) {
  return [path, mode] { return sqlite::Connection::open({.path = path, .mode = mode}); };
}

}  // namespace

Database::Database(const DatabaseOptions& options)
    : options_(options),
      disk_(options.path),
      reader_threads_(options.readers, options.max_queued),
      writer_thread_(1, options.max_queued) {
  readers_ = std::make_shared<sqlite::ConnectionPool>(
      reader_threads_, options.readers, opener(options.path, sqlite::OpenMode::read_only));
  writer_ = std::make_shared<sqlite::ConnectionPool>(
      writer_thread_, 1, opener(options.path, sqlite::OpenMode::read_write));
  disk_.renew_after_trouble(readers_);
  disk_.renew_after_trouble(writer_);
}

Result<std::unique_ptr<Database>> Database::open(const DatabaseOptions& options) {
  std::unique_ptr<Database> database(new Database(options));
  const auto migrated = database->change_at_start(
      [](sqlite::Connection& connection) { return migrate(connection, gateway_migrations()); });
  if (!migrated) return migrated.error();
  return database;
}

Result<void> Database::change_at_start(
    const std::function<Result<void>(sqlite::Connection&)>& change) {
  const auto connection = sqlite::Connection::open({.path = options_.path});
  if (!connection) return connection.error();
  const auto begun = (*connection)->execute("BEGIN IMMEDIATE");
  if (!begun) return begun.error();
  const auto changed = change(**connection);
  if (!changed) {
    (*connection)->tidy();
    return changed.error();
  }
  return (*connection)->execute("COMMIT");
}

}  // namespace callosum::storage
