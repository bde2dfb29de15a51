#include "app/packs_folder.hpp"

#include <system_error>

namespace callosum::app {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxLevelsUp = 6;  // build/dev/bin/callosum is three below the tree
constexpr std::string_view kInstalled = "/usr/share/callosum/packs";

/// A pack, or a folder with a pack in it.
bool holds_packs(const fs::path& folder) {
  std::error_code ec;
  if (fs::exists(folder / "pack.yaml", ec)) return true;
  for (fs::directory_iterator at(folder, ec), end; !ec && at != end; at.increment(ec)) {
    std::error_code ignored;
    if (fs::exists(at->path() / "pack.yaml", ignored)) return true;
  }
  return false;
}

}  // namespace

Result<fs::path> find_packs_folder(const config::Environment& env, const fs::path& program) {
  if (const auto given = env("CALLOSUM_PACKS"); given && !given->empty()) {
    if (holds_packs(*given)) return fs::path(*given);
    return fail(ErrorType::not_found, "CALLOSUM_PACKS is " + *given + ", where no pack.yaml is");
  }
  fs::path folder = program.parent_path();
  for (int level = 0; level < kMaxLevelsUp && !folder.empty(); ++level) {
    if (holds_packs(folder / "packs")) return folder / "packs";
    if (folder == folder.root_path()) break;
    folder = folder.parent_path();
  }
  if (holds_packs(kInstalled)) return fs::path(kInstalled);
  return fail(ErrorType::not_found,
              "no packs above " + program.parent_path().string() + " nor in " +
                  std::string(kInstalled) +
                  "; name their folder with --set packs=DIR or CALLOSUM_PACKS");
}

Result<fs::path> find_packs_folder() {
  std::error_code ec;
  const auto program = fs::read_symlink("/proc/self/exe", ec);
  return find_packs_folder(config::process_environment(), program);
}

Result<std::vector<fs::path>> packs_or_default(const config::Config& config) {
  if (!config.packs.empty()) return std::vector<fs::path>(config.packs.begin(), config.packs.end());
  auto found = find_packs_folder();
  if (!found) return found.error();
  return std::vector<fs::path>{std::move(*found)};
}

}  // namespace callosum::app
