#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "registry/snapshot.hpp"

namespace callosum::storage::sqlite {
class Connection;
}

namespace callosum::session {

/// The tools of one snapshot, to be found by what they do: names, summaries, arguments and what
/// callers say of them, ranked by BM25. Blocks for some tens of microseconds; any thread.
class ToolIndex {
 public:
  static Result<std::unique_ptr<ToolIndex>> make(const registry::Snapshot& snapshot);
  ~ToolIndex();

  /// Names, the best first. Any text is a query; one without a word of it finds nothing.
  Result<std::vector<std::string>> find(std::string_view query, std::size_t most) const;

 private:
  explicit ToolIndex(std::unique_ptr<storage::sqlite::Connection> connection);

  mutable std::mutex mutex_;
  std::unique_ptr<storage::sqlite::Connection> connection_;
};

/// One for each version of the packs that was searched lately. Any thread.
class ToolIndexes {
 public:
  /// Makes it where it is the first time.
  Result<std::shared_ptr<const ToolIndex>> find(const registry::Snapshot& snapshot);

 private:
  static constexpr std::size_t kMost = 4;

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<const ToolIndex>> by_version_;
};

}  // namespace callosum::session
