#include "tool/sql/pack_store.hpp"

#include "base/ids.hpp"
#include "base/random.hpp"

namespace callosum::tool::sql {
namespace {

using storage::sqlite::Connection;
using storage::sqlite::OpenMode;

Result<std::unique_ptr<Connection>> open_fenced(const std::filesystem::path& path,
                                                const FenceSpec& spec) {
  const auto mode = spec.is_writable ? OpenMode::read_write : OpenMode::read_only;
  auto connection = Connection::open({.path = path, .mode = mode});
  if (!connection) return connection.error();
  const auto fenced = Fence::install(**connection, spec);
  if (!fenced) return fenced.error();
  return connection;
}

}  // namespace

Result<std::shared_ptr<PackStore>> PackStore::open(
    const std::filesystem::path& path, std::map<std::string, std::string> tenant_columns,
    const Threads& threads) {
  SystemRandom random;
  FenceSpec reading{.tenant_columns = std::move(tenant_columns),
                    .secret = make_id("fence_", random),
                    .is_writable = false};
  auto writing = reading;
  writing.is_writable = true;

  std::shared_ptr<PackStore> store(new PackStore());
  auto scratch = open_fenced(path, reading);
  if (!scratch) return scratch.error();
  store->read_scratch_ = std::move(*scratch);
  store->open_writer_ = [path, writing] { return open_fenced(path, writing); };
  store->readers_ = std::make_shared<storage::sqlite::ConnectionPool>(
      threads.readers, threads.reader_count,
      [path, reading] { return open_fenced(path, reading); });
  store->writer_ =
      std::make_shared<storage::sqlite::ConnectionPool>(threads.writer, 1, store->open_writer_);
  return store;
}

Result<Connection*> PackStore::scratch(bool is_write) {
  if (!is_write) return read_scratch_.get();
  if (write_scratch_ == nullptr) {
    auto opened = open_writer_();
    if (!opened) return opened.error();
    write_scratch_ = std::move(*opened);
  }
  return write_scratch_.get();
}

}  // namespace callosum::tool::sql
