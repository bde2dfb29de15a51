#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "registry/snapshot.hpp"

namespace callosum::registry {

struct RegistryOptions {
  std::vector<std::filesystem::path> folders;
  std::vector<std::string> providers;  ///< whose exports must carry every tool
  Styles styles;                       ///< of packs that have several
  bool is_locked = false;              ///< `serve`: what started is what runs
  /// The composition root's own word on a new snapshot: compiles each tool's `run`. Problems refuse
  /// it. Not asked about the one that serves already.
  std::function<std::vector<LoadProblem>(const std::shared_ptr<const Snapshot>&)> accept;
};

/// Holds the snapshot that new sessions start with; running sessions keep the one they have.
/// Thread-safe.
class Registry {
 public:
  /// `first` is never null.
  Registry(std::shared_ptr<const Snapshot> first, RegistryOptions options);

  std::shared_ptr<const Snapshot> current() const;

  /// Loads the folders again. CONFLICT when locked. Else what came of it: `snapshot` is what serves
  /// from now on, the one before where nothing has changed; null where `problems` refuse the new
  /// one, and the old one serves on. Reads files: not for a session's thread.
  Result<LoadOutcome> reload();

 private:
  const RegistryOptions options_;
  std::mutex reloading_;  // two reloads at once would race for which is newer
  mutable std::mutex mutex_;
  std::shared_ptr<const Snapshot> current_;
};

}  // namespace callosum::registry
