#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace callosum::session {

/// The ids seen lately, as 64-bit hashes: at least the last `keep`, at most twice as many. An empty
/// one costs nothing. Two ids with one hash would be taken for one; whoever contrives that (the
/// model) hides only its own call.
class RecentIds {
 public:
  explicit RecentIds(std::size_t keep = 256) : keep_(keep) {}

  bool insert(std::string_view id);  ///< true: not seen before
  bool contains(std::string_view id) const;

 private:
  /// Open addressing, half empty; 0 is no hash.
  struct Table {
    std::vector<std::uint64_t> slots;
    std::size_t used = 0;
    bool contains(std::uint64_t hash) const;
    void insert(std::uint64_t hash);
    void clear();
  };

  Table young_, old_;
  std::size_t keep_;
};

}  // namespace callosum::session
