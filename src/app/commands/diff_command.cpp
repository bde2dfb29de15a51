#include "app/commands/diff_command.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "app/commands/pack_source.hpp"
#include "registry/export/diff.hpp"
#include "registry/lock.hpp"
#include "registry/render.hpp"

namespace callosum::app {

namespace json = boost::json;

DiffCommand::DiffCommand(Output output) : output_(std::move(output)) {}

void DiffCommand::add_to(CLI::App& app) {
  verb_ = app.get_subcommand("tools")->add_subcommand(
      "diff", "What differs: 0 if nothing does, 1 if something, 2 if it cannot be said");
  verb_
      ->add_option("before", before_,
                   "What it was: a folder of packs, one pack, or a gateway's registry.lock")
      ->type_name("BEFORE");
  verb_
      ->add_option(
          "--for", consumers_,
          "Who is shown the tools (" + consumer_names() + "); two, without BEFORE: how they differ")
      ->type_name("WHO")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  verb_
      ->add_option("--packs", folders_, "What it is: folder of packs, or one pack; may be repeated")
      ->type_name("DIR")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  verb_->add_flag("--json", json_, "One JSON object, for programs");
}

bool DiffCommand::is_selected() const { return verb_ && verb_->parsed(); }

int DiffCommand::say(const std::string& problem) const {
  output_.err(problem);
  return 2;
}

int DiffCommand::run() {
  if (before_.empty() && consumers_.size() != 2) {
    return say(
        "tools diff: expected BEFORE, a folder of packs or a registry.lock, or --for twice\n");
  }
  if (!before_.empty() && consumers_.size() > 1) {
    return say("tools diff: expected one --for beside BEFORE\n");
  }
  std::error_code ec;
  if (!before_.empty() && !std::filesystem::exists(before_, ec)) {
    return say("tools diff: there is no " + before_ + "\n");
  }
  const auto outcome = load_folders(folders_);
  if (!outcome.snapshot) return say(registry::render_problems(outcome.problems));
  if (before_.empty()) return between_consumers(*outcome.snapshot);
  return std::filesystem::is_directory(before_, ec) ? against_packs(*outcome.snapshot)
                                                    : against_lock(*outcome.snapshot);
}

int DiffCommand::against_lock(const registry::Snapshot& snapshot) const {
  const auto differences = registry::compare_with_lock(before_, snapshot);
  if (!differences) return say(differences.error().message + "\n");
  if (json_) {
    const json::object all{{"before", before_},
                           {"registry_version", snapshot.version()},
                           {"differences", json::array(differences->begin(), differences->end())}};
    output_.out(json::serialize(all) + "\n");
    return differences->empty() ? 0 : 1;
  }
  for (const auto& difference : *differences) output_.out(difference + "\n");
  if (differences->empty()) output_.out("the same\n");
  return differences->empty() ? 0 : 1;
}

int DiffCommand::against_packs(const registry::Snapshot& snapshot) const {
  const auto consumer = consumers_.empty() ? std::string("openai") : consumers_.front();
  const auto target = find_consumer(consumer);
  if (!target) return say(target.error().message + "\n");
  const auto before = load_folders({before_});
  if (!before.snapshot) return say(registry::render_problems(before.problems));
  const auto changes = registry::compare_snapshots(*before.snapshot, snapshot, **target);
  if (json_) {
    json::array encoded;
    for (const auto& change : changes) encoded.push_back(registry::encode_change(change));
    const json::object all{{"for", consumer},
                           {"before", before.snapshot->version()},
                           {"registry_version", snapshot.version()},
                           {"changes", std::move(encoded)}};
    output_.out(json::serialize(all) + "\n");
  } else {
    output_.out(registry::render_changes(changes));
  }
  return changes.empty() ? 0 : 1;
}

int DiffCommand::between_consumers(const registry::Snapshot& snapshot) const {
  const registry::ToolExport* targets[2];
  for (std::size_t i = 0; i < 2; ++i) {
    const auto target = find_consumer(consumers_[i]);
    if (!target) return say(target.error().message + "\n");
    targets[i] = *target;
  }
  const auto tools = registry::listed_tools(snapshot, *targets[0]);
  const auto compared = registry::compare_consumers(tools, *targets[0], *targets[1]);
  bool is_same = true;
  json::array encoded;
  for (const auto& tool : compared) {
    const bool is_lossless = tool.lost[0].empty() && tool.lost[1].empty();
    is_same = is_same && is_lossless && tool.refused[0].empty() && tool.refused[1].empty();
    encoded.push_back(registry::encode_comparison(tool, consumers_[0], consumers_[1]));
  }
  if (json_) {
    const json::object all{{"registry_version", snapshot.version()}, {"tools", std::move(encoded)}};
    output_.out(json::serialize(all) + "\n");
  } else {
    output_.out(registry::render_comparison(compared, consumers_[0], consumers_[1]));
  }
  return is_same ? 0 : 1;
}

}  // namespace callosum::app
