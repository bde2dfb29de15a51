#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>

#include "async/blocking_pool.hpp"
#include "storage/sqlite/connection_pool.hpp"
#include "tool/sql/fence.hpp"

namespace callosum::tool::sql {

/// The fenced connections of one pack's tools, and one more to compile on while tools load.
class PackStore {
 public:
  struct Threads {
    async::BlockingPool& readers;
    std::size_t reader_count;
    async::BlockingPool& writer;
  };

  /// VALIDATION where `tenant_columns` names what the file has not.
  static Result<std::shared_ptr<PackStore>> open(const std::filesystem::path& path,
                                                 std::map<std::string, std::string> tenant_columns,
                                                 const Threads& threads);

  const std::shared_ptr<storage::sqlite::ConnectionPool>& readers() { return readers_; }
  const std::shared_ptr<storage::sqlite::ConnectionPool>& writer() { return writer_; }
  /// For load time, one thread; fenced like those the tool will run on.
  Result<storage::sqlite::Connection*> scratch(bool is_write);

 private:
  PackStore() = default;

  std::shared_ptr<storage::sqlite::ConnectionPool> readers_;
  std::shared_ptr<storage::sqlite::ConnectionPool> writer_;
  storage::sqlite::ConnectionPool::Opener open_writer_;
  std::unique_ptr<storage::sqlite::Connection> read_scratch_;
  std::unique_ptr<storage::sqlite::Connection> write_scratch_;
};

}  // namespace callosum::tool::sql
