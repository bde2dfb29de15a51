#include "app/commands/tools_command.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "app/commands/pack_source.hpp"
#include "base/text.hpp"
#include "registry/export/export.hpp"
#include "registry/export/report.hpp"
#include "registry/render.hpp"

namespace callosum::app {

namespace json = boost::json;

ToolsCommand::ToolsCommand(Output output, Accept accept)
    : output_(std::move(output)), accept_(std::move(accept)) {}

void ToolsCommand::add_to(CLI::App& app) {
  verb_ = app.add_subcommand("tools", "What the packs hold");
  verb_->require_subcommand(1);
  const auto add_styles = [this](CLI::App* sub) {
    sub->add_option("--style", styles_,
                    "Which of a pack's styles, instead of its first; may be repeated")
        ->type_name("PACK=STYLE")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
  };
  const auto add_folders = [this, &add_styles](CLI::App* sub) {
    add_styles(sub);
    sub->add_option("--packs", folders_, "Folder of packs, or one pack; may be repeated")
        ->type_name("DIR")
        ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
        ->allow_extra_args(false);
  };
  list_ = verb_->add_subcommand("list", "Every tool in one line");
  add_folders(list_);
  show_ = verb_->add_subcommand("show", "One tool in full");
  show_->add_option("name", name_, "The tool's name")->required()->type_name("NAME");
  add_folders(show_);
  lint_ = verb_->add_subcommand("lint", "Check packs: 0 if they would load");
  lint_->add_option("folder", folders_, "Folder of packs, or one pack")->type_name("DIR");
  add_styles(lint_);
  lint_
      ->add_option("--for", consumers_,
                   "Who must be able to carry every tool: " + consumer_names() +
                       " (default: openai); may be repeated")
      ->type_name("WHO")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  export_ = verb_->add_subcommand("export", "The tools as a consumer is shown them");
  export_
      ->add_option("--for", consumer_,
                   "Who: " + consumer_names() + "; a model may follow, openai:MODEL")
      ->required()
      ->type_name("WHO");
  export_->add_flag("--json", json_, "One JSON object: tools, losses, tokens, registry_version");
  export_->add_flag("--report", report_, "What the export loses, and what holds instead");
  add_folders(export_);
}

bool ToolsCommand::is_selected() const {
  if (!verb_ || !verb_->parsed()) return false;
  return list_->parsed() || show_->parsed() || lint_->parsed() || export_->parsed();
}

int ToolsCommand::run() {
  if (lint_->parsed()) return lint();
  const auto outcome = load();
  if (!outcome.snapshot) {
    output_.err(registry::render_problems(outcome.problems));
    return 1;
  }
  if (list_->parsed()) return list(*outcome.snapshot);
  if (show_->parsed()) return show(*outcome.snapshot);
  return export_tools(*outcome.snapshot);
}

registry::LoadOutcome ToolsCommand::load() const {
  const auto styles = parse_styles(styles_);
  if (!styles) {
    registry::LoadOutcome outcome;
    outcome.problems.push_back({{}, "", styles.error().message});
    return outcome;
  }
  if (consumers_.empty()) return load_folders(folders_, {"openai"}, *styles);
  return load_folders(folders_, consumers_, *styles);
}

int ToolsCommand::list(const registry::Snapshot& snapshot) const {
  output_.out(registry::render_tool_list(snapshot));
  return 0;
}

int ToolsCommand::show(const registry::Snapshot& snapshot) const {
  if (const auto* tool = snapshot.find(name_)) {
    output_.out(registry::render_tool(*tool));
    return 0;
  }
  std::vector<std::string_view> names;
  for (const auto& tool : snapshot.tools()) names.push_back(tool.name);
  const auto near = find_nearest(name_, names);
  output_.err("no tool is called " + name_ +
              (near.empty() ? "; callosum tools list names them all"
                            : "; did you mean " + std::string(near) + "?") +
              "\n");
  return 1;
}

int ToolsCommand::lint() const {
  for (const auto& consumer : consumers_) {
    const auto target = find_consumer(consumer);
    if (target) continue;
    output_.err(target.error().message + "\n");
    return 2;
  }
  auto outcome = load();
  if (outcome.snapshot && accept_) {
    outcome.problems = accept_(*outcome.snapshot);
    if (!outcome.problems.empty()) outcome.snapshot = nullptr;
  }
  output_.out(registry::render_lint(outcome));
  return outcome.snapshot ? 0 : 1;
}

int ToolsCommand::export_tools(const registry::Snapshot& snapshot) const {
  const auto target = find_consumer(consumer_);
  if (!target) {
    output_.err(target.error().message + "\n");
    return 2;
  }
  const auto tools = registry::listed_tools(snapshot, **target);
  const auto exported = (*target)->compile(tools);
  if (!exported) {
    output_.err(exported.error().message + "\n");
    return 1;
  }
  if (json_) {
    json::object all{{"for", consumer_}, {"registry_version", snapshot.version()}};
    all["tools"] = exported->tools;
    for (auto& member : registry::encode_export_report(*exported)) {
      all[member.key()] = std::move(member.value());
    }
    output_.out(json::serialize(all) + "\n");
    return 0;
  }
  output_.out(report_ ? registry::render_export_report(*exported) : exported->text + "\n");
  return 0;
}

}  // namespace callosum::app
