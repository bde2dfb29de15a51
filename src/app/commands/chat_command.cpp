#include "app/commands/chat_command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <unistd.h>

#include "app/call/call_client.hpp"
#include "app/call/typed_lines.hpp"
#include "app/commands/run_alone.hpp"
#include "app/runtime_files.hpp"

namespace callosum::app {

namespace asio = boost::asio;

ChatCommand::ChatCommand(Output output, config::Environment env)
    : output_(std::move(output)), env_(std::move(env)) {}

void ChatCommand::add_to(CLI::App& app) {
  verb_ = app.add_subcommand("chat", "Talk to a gateway in the terminal, typed");
  add_remote_options(*verb_, gateway_);
  add_pack_option(*verb_, gateway_);
  verb_->add_option("--ca", ca_file_, "Trust this certificate, for wss:")->type_name("FILE");
  verb_->add_flag("--json", json_, "One JSON object a line, for programs");
}

bool ChatCommand::is_selected() const { return verb_ && verb_->parsed(); }

void ChatCommand::show_prompt() {
  if (json_) return;
  const auto commas = std::count(tools_.begin(), tools_.end(), ',');
  const auto count = tools_.empty() ? 0 : commas + 1;
  output_.out("[" + std::to_string(count) + (count == 1 ? " tool" : " tools") + "] > ");
}

bool ChatCommand::take_command(const std::string& line) {
  if (!line.starts_with('/') || line == "/confirm" || line == "/deny") return false;
  if (line == "/tools") {
    output_.out(tools_.empty() ? "no tool is loaded\n" : tools_ + "\n");
  } else {
    output_.err("there is no " + line + "; there are /tools, /confirm, /deny and /quit\n");
  }
  return true;
}

Result<CallOptions> ChatCommand::prepare() {
  auto made = call_to(gateway_, ca_file_, env_);
  if (!made) return made.error();
  auto& options = *made;
  options.wants_audio = false;
  options.on_tools = [this](const std::string& tools) { tools_ = tools; };
  options.on_entry = [this](const TimelineEntry& entry) {
    if (json_) return output_.out(to_json_line(entry) + "\n");
    if (entry.kind != "heard") output_.out(to_terminal_line(entry) + "\n");  // it was typed here
  };
  return made;
}

asio::awaitable<std::optional<std::string>> ChatCommand::next_line(TypedLines& lines) {
  while (true) {
    show_prompt();
    auto reading = lines.next();
    auto line = co_await std::move(reading);
    // Who types has their terminal for it.
    if (!json_ && ::isatty(STDIN_FILENO) == 0) output_.out(line.value_or("") + "\n");
    if (!line || *line == "/quit") co_return std::nullopt;
    if (!take_command(*line)) co_return line;
  }
}

int ChatCommand::run() {
  auto options = prepare();
  if (!options) {
    output_.err("callosum chat: " + options.error().message + "\n");
    return 1;
  }
  asio::io_context context(1);
  async::SystemTime time;
  TypedLines lines(context.get_executor(), STDIN_FILENO);
  options->next_line = [this, &lines] { return next_line(lines); };
  const auto outcome = run_alone(context, place_call(time, std::move(*options)));
  if (outcome) return 0;
  const auto& error = outcome.error();
  if (!error.detail.empty()) output_.err("  " + error.detail + "\n");
  output_.err("callosum chat: " + error.message + hint_for(error, gateway_.to) + "\n");
  return 1;
}

}  // namespace callosum::app
