#include "app/commands/tool_command.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/serialize.hpp>

#include "app/commands/config_command.hpp"
#include "app/commands/run_alone.hpp"
#include "app/packs_folder.hpp"
#include "app/planner.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"

namespace callosum::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// Indented for a person, with numbers as one writes them; programs get the line as it came.
std::string pretty(const json::value& value, std::size_t depth = 0) {
  const std::string pad(2 * (depth + 1), ' ');
  const std::string end(2 * depth, ' ');
  std::string out;
  if (const auto* object = value.if_object(); object && !object->empty()) {
    for (const auto& [key, member] : *object) {
      out += (out.empty() ? "{\n" : ",\n") + pad + canonical_json(json::string(key)) + ": " +
             pretty(member, depth + 1);
    }
    return out + "\n" + end + "}";
  }
  if (const auto* array = value.if_array(); array && !array->empty()) {
    for (const auto& item : *array)
      out += (out.empty() ? "[\n" : ",\n") + pad + pretty(item, depth + 1);
    return out + "\n" + end + "]";
  }
  return canonical_json(value);
}

asio::awaitable<Result<std::string>> run_tool(Parts& parts, Planner& planner,
                                              api::auth::Principal principal, std::string tenant,
                                              registry::ToolCall call) {
  auto request = co_await planner.plan_call(std::move(principal), std::move(tenant));
  if (!request) co_return request.error();
  request->call = std::move(call);
  const auto executor = co_await asio::this_coro::executor;
  pipeline::Executor tools(executor, parts.executor_parts());
  const auto envelope = co_await tools.run(std::move(*request));
  const auto soon = async::Deadline::after(parts.time, 1s);
  co_await tools.drain(soon);
  co_return registry::encode_text(envelope);
}

}  // namespace

ToolCommand::ToolCommand(Output output, config::Environment env)
    : output_(std::move(output)), env_(std::move(env)) {
  config_.env = env_;
}

void ToolCommand::add_to(CLI::App& app) {
  auto* group = app.add_subcommand("tool", "Run one tool through the gates");
  group->require_subcommand(1);
  verb_ = group->add_subcommand("run", "Run NAME with --args and print the envelope");
  verb_->add_option("NAME", name_, "The tool's name")->required();
  verb_->add_option("--args", args_, "Arguments, a JSON object")
      ->type_name("JSON")
      ->capture_default_str();
  add_remote_options(*verb_, gateway_);
  verb_->add_option("--tenant", tenant_, "The business: slug or id")->type_name("T");
  verb_->add_option("--account", account_, "An account that you have connected there: its address")
      ->type_name("EMAIL");
  verb_->add_option("--phone", phone_, "With --config: the caller's number")->type_name("N");
  verb_->add_option("--role", roles_, "With --config: a role of yours; may be repeated")
      ->type_name("R");
  verb_->add_flag("--json", json_, "One line, for programs");
  add_config_options(*verb_, config_);
}

bool ToolCommand::is_selected() const { return verb_ && verb_->parsed(); }

Result<std::string> ToolCommand::run_there() {
  const auto args =
      parse_strict(args_, {.max_bytes = 64 * 1024, .max_depth = 32, .safe_integers = true});
  if (!args) return fail(ErrorType::validation, "--args: " + args.error().message);
  if (!args->is_object()) return fail(ErrorType::validation, "--args: expected a JSON object");
  json::object body{{"args", *args}};
  if (!tenant_.empty()) body["tenant_id"] = tenant_;
  if (!account_.empty()) body["account"] = account_;
  return ask_gateway(gateway_, {"POST", "/api/admin/tools/" + name_, json::serialize(body)}, env_);
}

Result<std::string> ToolCommand::run_here() {
  auto config = config::config_or_error(config::load(config_));
  if (!config) return config.error();
  if (config->packs.empty()) {
    auto folder = find_packs_folder();
    if (!folder) return folder.error();
    config->packs = {folder->string()};
  }
  asio::io_context context(1);
  auto parts = make_parts({.config = std::move(*config), .is_demo = false, .with_provider = false});
  if (!parts) return parts.error();
  Planner planner(**parts);
  api::auth::Principal principal;
  principal.subject = "console";
  principal.tenants = {tenant_};
  principal.phone = phone_;
  principal.roles = roles_;
  // Whoever may read the database may say who is on the line.
  principal.assurance = phone_.empty() ? registry::Assurance::none : registry::Assurance::carrier;
  const registry::ToolCall call{make_id("call_", (*parts)->random), name_, args_};
  auto work = run_tool(**parts, planner, principal, tenant_, call);
  return run_alone(context, std::move(work));
}

int ToolCommand::run() {
  const bool here = !config_.file.empty() || !config_.sets.empty();
  if (here && tenant_.empty()) {
    output_.err("callosum tool run: --tenant: say which business\n");
    return 2;
  }
  if (here && !account_.empty()) {
    output_.err("callosum tool run: --account: the running gateway has the accounts; use --to\n");
    return 2;
  }
  const auto envelope = here ? run_here() : run_there();
  if (!envelope) {
    output_.err("callosum tool run: " + envelope.error().message + "\n");
    return 1;
  }
  const auto parsed = parse_strict(*envelope);
  output_.out((json_ || !parsed ? *envelope : pretty(*parsed)) + "\n");
  const auto* ok = parsed && parsed->is_object() ? parsed->get_object().if_contains("ok") : nullptr;
  return ok && ok->is_bool() && ok->get_bool() ? 0 : 1;
}

}  // namespace callosum::app
