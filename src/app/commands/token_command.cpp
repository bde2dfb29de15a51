#include "app/commands/token_command.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>
#include <filesystem>

#include "api/auth/jwt.hpp"
#include "app/commands/run_alone.hpp"
#include "async/time_source.hpp"
#include "storage/database.hpp"
#include "storage/tenants.hpp"

namespace callosum::app {

TokenCommand::TokenCommand(const Clock& clock, Random& random, Output output,
                           config::Environment env)
    : clock_(clock),
      random_(random),
      output_(std::move(output)),
      data_(default_demo_folder(env).string()) {}

void TokenCommand::add_to(CLI::App& app) {
  verb_ = app.add_subcommand("token", "Print a token for the demo");
  verb_->add_option("--data", data_, "The demo's data folder")
      ->type_name("DIR")
      ->capture_default_str();
  verb_
      ->add_option("--pack", pack_,
                   "Its sessions have this pack alone; for the first business that uses it")
      ->type_name("P");
  verb_->add_option("--tenant", tenant_, "For this business: its slug or id")->type_name("T");
  verb_->add_option("--phone", phone_, "The caller's number, such as +15551234567")->type_name("N");
  verb_->add_option("--role", roles_, "A role; may be repeated (default: admin and operator)")
      ->type_name("R")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

bool TokenCommand::is_selected() const { return verb_ && verb_->parsed(); }

int TokenCommand::run() {
  const auto token = mint();
  if (!token) {
    output_.err(token.error().message + "\n");
    return 1;
  }
  output_.out(*token + "\n");
  return 0;
}

Result<std::string> TokenCommand::mint() {
  const auto request = choose();
  if (!request) return request.error();
  const auto key = load_or_create_demo_key(data_, random_);
  if (!key) return key.error();
  const auto claims = demo_claims(*request, clock_.wall_now());
  auto token = api::auth::mint_token(claims, *key, api::auth::JwtAlgorithm::hs256);
  if (!token) return token;

  // What the gateway would say of it is said here already, where the option can still be put right.
  const auto config = demo_jwt_config(data_);
  const api::auth::JwtRules rules{api::auth::JwtAlgorithm::hs256, *key, config.issuer,
                                  config.audience};
  const auto principal = api::auth::verify_token(*token, rules, clock_.wall_now());
  if (!principal)
    return fail(ErrorType::validation, "not a token to use: " + principal.error().detail);
  output_.err("for " + request->tenant + (request->pack.empty() ? "" : ", pack " + request->pack) +
              (request->phone.empty() ? "" : ", caller " + request->phone) + ", good for a day\n");
  return token;
}

Result<DemoTokenRequest> TokenCommand::choose_added(DemoTokenRequest request) const {
  const auto file = std::filesystem::path(data_) / "callosum.db";
  std::error_code ec;
  if (!std::filesystem::exists(file, ec)) {
    return fail(ErrorType::not_found, "no demo has been started in " + data_ +
                                          ", so a token would open nothing; start one with: "
                                          "callosum demo --data " +
                                          data_);
  }
  boost::asio::io_context context(1);
  const auto database = storage::Database::open({.path = file});
  if (!database) return database.error();
  async::SystemTime time;
  const auto deadline = async::Deadline::after(time, std::chrono::seconds(10));
  const auto found =
      run_alone(context, storage::resolve_canonical_tenant(**database, tenant_, deadline));
  if (!found) {
    return fail(ErrorType::not_found, "there is no business " + tenant_ + " in " + file.string());
  }
  request.tenant = found->id;
  return request;
}

Result<DemoTokenRequest> TokenCommand::choose() const {
  DemoTokenRequest request{tenant_, phone_, roles_, pack_};
  if (request.roles.empty()) request.roles = {"admin", "operator"};
  const auto tenants = read_demo_tenants(data_);
  if (!tenants && tenant_.empty()) return tenants.error();
  if (!tenants) return choose_added(std::move(request));
  // Those that use the pack for their own come first; any business may have a session of it.
  for (const bool is_own : {true, false}) {
    for (const auto& known : *tenants) {
      if (is_own && !pack_.empty() && known.pack != pack_) continue;
      if (!tenant_.empty() && known.tenant_id != tenant_ && known.slug != tenant_) continue;
      request.tenant = known.tenant_id;
      if (phone_.empty()) request.phone = known.phone;
      return request;
    }
  }
  // One that was made while the demo ran.
  if (!tenant_.empty()) {
    auto added = choose_added(request);
    if (added) return added;
  }
  std::string all;
  for (const auto& known : *tenants)
    all += (all.empty() ? "" : ", ") + known.slug + " (" + known.pack + ")";
  return fail(ErrorType::not_found, "no such business in this demo; there are: " + all);
}

}  // namespace callosum::app
