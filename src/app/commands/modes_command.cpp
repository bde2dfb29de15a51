#include "app/commands/modes_command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <set>

#include "app/commands/pack_source.hpp"
#include "registry/render.hpp"
#include "session/load_state.hpp"

namespace callosum::app {

namespace json = boost::json;

namespace {

using session::LoadGround;
using session::LoadWish;

struct Row {
  std::string what;  ///< "start", "all", or a mode
  std::size_t tools = 0;
  std::vector<std::size_t> tokens;  ///< one a consumer
};

std::string pad(std::string text, std::size_t width) {
  if (text.size() < width) text.append(width - text.size(), ' ');
  return text;
}

/// Somebody who may use whatever there is.
LoadGround ground_of(const std::shared_ptr<const registry::Snapshot>& snapshot,
                     const std::string& pack) {
  LoadGround ground;
  ground.snapshot = snapshot;
  ground.pack = pack;
  ground.assurance = registry::Assurance::verified;
  std::set<std::string> roles;
  std::set<std::string> services;
  for (const auto& tool : snapshot->tools()) {
    roles.insert(tool.roles.begin(), tool.roles.end());
    if (!tool.account.empty()) services.insert(tool.account);
  }
  ground.roles.assign(roles.begin(), roles.end());
  for (const auto& service : services) ground.accounts.push_back({service, "one@" + service});
  return ground;
}

/// The account that the tools of this mode act in.
std::string account_for(const LoadGround& ground, const std::string& mode) {
  const auto* found = ground.snapshot->find_mode(mode);
  for (const auto& account : ground.accounts) {
    if (found && account.service == found->account) return account.email;
  }
  return {};
}

Result<Row> measure(std::string what, const std::vector<const registry::ToolSpec*>& tools,
                    const std::vector<const registry::ToolExport*>& consumers) {
  Row row{std::move(what), tools.size(), {}};
  for (const auto* consumer : consumers) {
    const auto exported = consumer->compile(tools);
    if (!exported) return exported.error();
    row.tokens.push_back(exported->tokens);
  }
  return row;
}

std::vector<const registry::ToolSpec*> tools_in(const LoadGround& ground, const std::string& mode) {
  const auto set = session::load(
      ground, {.mode = mode, .account = account_for(ground, mode), .only = {}, .recent = {}});
  std::vector<const registry::ToolSpec*> tools;
  for (const auto& tool : ground.snapshot->tools()) {
    if (set.tools->contains(tool.name)) tools.push_back(&tool);
  }
  return tools;
}

}  // namespace

ModesCommand::ModesCommand(Output output) : output_(std::move(output)) {}

void ModesCommand::add_to(CLI::App& app) {
  verb_ = app.get_subcommand("tools")->add_subcommand(
      "modes", "What a list of tools costs at the start and in each mode, in tokens");
  verb_->add_option("--packs", folders_, "Folder of packs, or one pack; may be repeated")
      ->type_name("DIR")
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->allow_extra_args(false);
  verb_->add_option("--pack", pack_, "Of conversations with this pack alone")->type_name("NAME");
  verb_->add_flag("--json", json_, "One JSON object, for programs");
}

bool ModesCommand::is_selected() const { return verb_ && verb_->parsed(); }

int ModesCommand::run() {
  const auto outcome = load_folders(folders_);
  if (!outcome.snapshot) {
    output_.err(registry::render_problems(outcome.problems));
    return 1;
  }
  const auto ground = ground_of(outcome.snapshot, pack_);
  if (!session::is_gated(ground)) {
    output_.err("tools modes: no pack here gates its tools by mode\n");
    return 1;
  }
  const std::vector<std::string> names{"openai", "xai", "gemini", "gemini-json-schema", "chat"};
  std::vector<const registry::ToolExport*> consumers;
  for (const auto& name : names) consumers.push_back(registry::find_export(name));

  // All at once: whatever some mode has, and the tools that such a list would not need are not in
  // it.
  std::vector<Row> rows;
  std::set<const registry::ToolSpec*> seen;
  const auto add = [&](const std::string& what, const auto& tools) -> bool {
    auto row = measure(what, tools, consumers);
    if (!row) output_.err(row.error().message + "\n");
    if (row) rows.push_back(std::move(*row));
    return row.has_value();
  };
  if (!add("start", tools_in(ground, ""))) return 1;
  for (const auto* mode : session::modes_for(ground)) {
    const auto tools = tools_in(ground, mode->name);
    if (!add(mode->name, tools)) return 1;
    seen.insert(tools.begin(), tools.end());
  }
  std::vector<const registry::ToolSpec*> all;
  for (const auto& tool : outcome.snapshot->tools()) {
    if (seen.contains(&tool) && tool.pack != registry::kMetaPack) all.push_back(&tool);
  }
  if (!add("all at once", all)) return 1;

  if (json_) {
    json::array encoded;
    for (const auto& row : rows) {
      json::object tokens;
      for (std::size_t i = 0; i < names.size(); ++i) tokens[names[i]] = row.tokens[i];
      encoded.push_back(json::object{{"what", row.what}, {"tools", row.tools}, {"tokens", tokens}});
    }
    output_.out(json::serialize(json::object{{"registry_version", outcome.snapshot->version()},
                                             {"lists", std::move(encoded)}}) +
                "\n");
    return 0;
  }
  std::string line = pad("tokens, about", 16) + pad("tools", 8);
  for (const auto& name : names) line += pad(name, 20);
  output_.out(line + "\n");
  for (const auto& row : rows) {
    line = pad(row.what, 16) + pad(std::to_string(row.tools), 8);
    for (const auto tokens : row.tokens) line += pad(std::to_string(tokens), 20);
    output_.out(line + "\n");
  }
  return 0;
}

}  // namespace callosum::app
