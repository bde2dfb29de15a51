#include "app/commands/tenant_command.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json/serialize.hpp>
#include <filesystem>

#include "api/admin_tenants.hpp"
#include "app/commands/config_command.hpp"
#include "app/commands/run_alone.hpp"
#include "async/time_source.hpp"
#include "base/ids.hpp"
#include "base/json.hpp"
#include "storage/database.hpp"

namespace callosum::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr const char* kPath = "/api/admin/tenants";

std::string line_of(const json::object& tenant) {
  return std::string(text_at(tenant, "slug")) + "  " + std::string(text_at(tenant, "id")) + "  " +
         std::string(text_at(tenant, "timezone")) + "  " + std::string(text_at(tenant, "name")) +
         "\n";
}

}  // namespace

TenantCommand::TenantCommand(Output output, config::Environment env) : output_(std::move(output)) {
  config_.env = std::move(env);
  config_.needs_secrets = false;
}

void TenantCommand::add_common(CLI::App& verb) {
  add_remote_options(verb, gateway_);
  add_config_options(verb, config_);
  verb.add_option("--data", data_, "The data folder of a gateway here")->type_name("DIR");
  verb.add_flag("--json", json_, "One line of JSON, for programs");
}

void TenantCommand::add_to(CLI::App& app) {
  group_ = app.add_subcommand("tenant", "The businesses that a gateway serves");
  group_->require_subcommand(1);
  add_ = group_->add_subcommand("add", "Make a business that is not there yet");
  add_->add_option("SLUG", tenant_.slug, "Its short name: a-z, 0-9 and '-'")->required();
  add_->add_option("--timezone", tenant_.timezone, "IANA name, such as America/New_York")
      ->type_name("TZ")
      ->required();
  add_->add_option("--name", tenant_.name, "As callers know it (default: the slug)")
      ->type_name("NAME");
  add_->add_option("--id", tenant_.id, "A UUID (default: a new one)")->type_name("UUID");
  add_common(*add_);
  list_ = group_->add_subcommand("list", "Every business in one line");
  add_common(*list_);
}

bool TenantCommand::is_selected() const { return group_ && group_->parsed(); }

bool TenantCommand::is_here() const {
  return !config_.file.empty() || !config_.sets.empty() || !data_.empty();
}

Result<config::Config> TenantCommand::configure() {
  if (!data_.empty()) config_.sets.insert(config_.sets.begin(), "data=" + data_);
  return config::config_or_error(config::load(config_));
}

Result<std::string> TenantCommand::add_there() {
  json::object body{{"slug", tenant_.slug}, {"timezone", tenant_.timezone}};
  if (!tenant_.name.empty()) body["name"] = tenant_.name;
  if (!tenant_.id.empty()) body["id"] = tenant_.id;
  return ask_gateway(gateway_, {"POST", kPath, json::serialize(body)}, config_.env);
}

Result<std::string> TenantCommand::list_there() {
  return ask_gateway(gateway_, {"GET", kPath, ""}, config_.env);
}

Result<std::string> TenantCommand::add_here() {
  const auto config = configure();
  if (!config) return config.error();
  std::error_code ec;
  std::filesystem::create_directories(config->data, ec);
  if (ec) return fail(ErrorType::permanent, "data: " + config->data + ": " + ec.message());
  asio::io_context context(1);
  const auto database = storage::Database::open({.path = config->database_or_default()});
  if (!database) return database.error();
  async::SystemTime time;
  SystemRandom random;
  auto tenant = tenant_;
  if (tenant.name.empty()) tenant.name = tenant.slug;
  if (tenant.id.empty()) tenant.id = make_uuid7(time, random);
  const auto deadline = async::Deadline::after(time, 10s);
  const auto added =
      run_alone(context, storage::add_tenant(**database, std::move(tenant), deadline));
  if (!added) return added.error();
  return json::serialize(api::encode_tenant(*added));
}

Result<std::string> TenantCommand::list_here() {
  const auto config = configure();
  if (!config) return config.error();
  const std::filesystem::path file = config->database_or_default();
  std::error_code ec;
  if (!std::filesystem::exists(file, ec)) {
    return fail(ErrorType::not_found, "there is no database " + file.string());
  }
  asio::io_context context(1);
  const auto database = storage::Database::open({.path = file});
  if (!database) return database.error();
  async::SystemTime time;
  const auto deadline = async::Deadline::after(time, 10s);
  const auto all = run_alone(context, storage::list_tenants(**database, deadline));
  if (!all) return all.error();
  json::array list;
  for (const auto& tenant : *all) list.push_back(api::encode_tenant(tenant));
  return json::serialize(json::object{{"tenants", std::move(list)}});
}

void TenantCommand::print(const std::string& answer) {
  const auto parsed = parse_strict(answer);
  if (json_ || !parsed || !parsed->is_object()) {
    output_.out(answer + "\n");
    return;
  }
  const auto& object = parsed->get_object();
  const auto* list = find_array(object, "tenants");
  if (!list) {
    output_.out(line_of(object));
    return;
  }
  if (list->empty()) output_.err("there is no business yet; callosum tenant add makes one\n");
  for (const auto& tenant : *list) {
    if (tenant.is_object()) output_.out(line_of(tenant.get_object()));
  }
}

int TenantCommand::run() {
  const bool adds = add_->parsed();
  const std::string verb = adds ? "callosum tenant add: " : "callosum tenant list: ";
  if (is_here() && !(gateway_.to + gateway_.token).empty()) {
    output_.err(verb +
                "--to and --token are for a running gateway, --config, --set and --data for a "
                "database here; give one or the other\n");
    return 2;
  }
  const auto answer =
      is_here() ? (adds ? add_here() : list_here()) : (adds ? add_there() : list_there());
  if (!answer) {
    output_.err(verb + answer.error().message + "\n");
    if (!answer.error().detail.empty()) output_.err("  " + answer.error().detail + "\n");
    return 1;
  }
  print(*answer);
  return 0;
}

}  // namespace callosum::app
