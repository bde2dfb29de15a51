#include "app/compile_packs.hpp"

#include <filesystem>

#include "app/trial_folder.hpp"
#include "app/wiring.hpp"
#include "tool/sql/install.hpp"

namespace callosum::app {
namespace {

namespace fs = std::filesystem;

void install(const PackGround& ground, const registry::Pack& pack, Problems& problems) {
  const auto note = [&](const Result<void>& installed, const fs::path& file, const char* field) {
    if (installed) return;
    auto message = installed.error().message;
    const auto prefix = file.string() + ": ";
    if (message.starts_with(prefix)) message.erase(0, prefix.size());
    problems.push_back({{file.string(), 0}, field, std::move(message)});
  };
  note(tool::sql::install_pack_schema(ground.database, pack), pack.schema_file, "schema");
  if (!ground.with_demo_data || !problems.empty()) return;
  note(tool::sql::install_demo_data(ground.database, pack), pack.demo_file, "demo");
}

}  // namespace

std::shared_ptr<const pipeline::Catalog> compile_packs(
    const PackGround& ground, const std::shared_ptr<const registry::Snapshot>& snapshot,
    Problems& problems) {
  for (const auto& pack : snapshot->packs()) install(ground, pack, problems);
  if (!problems.empty()) return nullptr;
  std::vector<tool::ToolKind*> kinds;
  for (const auto& kind : ground.kinds) kinds.push_back(kind.get());
  auto catalog = pipeline::Catalog::make(snapshot, kinds, problems);
  return problems.empty() ? std::move(catalog) : nullptr;
}

Problems try_packs(const registry::Snapshot& snapshot) {
  Problems problems;
  const TrialFolder folder;
  const auto database = storage::Database::open({.path = folder.path() / "trial.db"});
  if (!database) {
    problems.push_back({{}, "", "the tools could not be tried: " + database.error().message});
    return problems;
  }
  const config::Config config;
  telemetry::NullLog log;
  const auto kinds = make_tool_kinds({**database, config, log, true});
  // The caller's snapshot outlives the catalog, which is not kept.
  const std::shared_ptr<const registry::Snapshot> borrowed(std::shared_ptr<void>(), &snapshot);
  compile_packs({**database, kinds, true}, borrowed, problems);
  return problems;
}

}  // namespace callosum::app
