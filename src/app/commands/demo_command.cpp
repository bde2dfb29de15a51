#include "app/commands/demo_command.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/io_context.hpp>

#include "api/auth/jwt.hpp"
#include "app/commands/run_alone.hpp"
#include "app/core_dumps.hpp"
#include "app/demo_files.hpp"
#include "app/gateway.hpp"
#include "app/packs_folder.hpp"
#include "app/runtime_files.hpp"
#include "app/signals.hpp"
#include "base/json.hpp"
#include "net/client.hpp"

namespace callosum::app {

namespace {

/// The businesses of the packs' demo data, each with the caller who has most bookings.
Result<std::vector<DemoTenant>> read_businesses(storage::Database& database) {
  std::vector<DemoTenant> tenants;
  const auto read = database.change_at_start([&](storage::sqlite::Connection& connection)
                                                 -> Result<void> {
    const auto rows = connection.query(
        "SELECT t.id, t.slug, (SELECT customer_phone FROM bookings b WHERE b.business_id = t.id "
        "AND "
        "customer_phone IS NOT NULL GROUP BY customer_phone ORDER BY count(*) DESC, customer_phone "
        "LIMIT 1) AS phone, (SELECT twilio_number FROM businesses b WHERE b.id = t.id) AS number "
        "FROM tenants t ORDER BY t.rowid");
    if (!rows) return rows.error();
    for (const auto& row : *rows) {
      const auto& fields = row.get_object();
      tenants.push_back({std::string(text_at(fields, "id")), std::string(text_at(fields, "slug")),
                         std::string(text_at(fields, "phone")), "receptionist",
                         std::string(text_at(fields, "number"))});
    }
    // Their numbers answer, should a carrier be set up.
    const auto numbers = connection.change(
        "INSERT OR IGNORE INTO phone_numbers (number, tenant_id, pack, created_at_ms)"
        " SELECT twilio_number, id, 'receptionist', 0 FROM businesses"
        " WHERE twilio_number LIKE '+%'");
    if (!numbers) return numbers.error();
    return {};
  });
  if (!read) return read.error();
  if (tenants.empty()) return fail(ErrorType::not_found, "the demo data holds no business");
  return tenants;
}

}  // namespace

DemoCommand::DemoCommand(Random& random, Output output, config::Environment env)
    : random_(random),
      output_(std::move(output)),
      env_(std::move(env)),
      data_(default_demo_folder(env_).string()) {}

void DemoCommand::add_to(CLI::App& app) {
  verb_ = app.add_subcommand("demo", "Run a gateway with demo data and the offline voice");
  verb_->add_option("--listen", listen_, "Where to listen; port 0 takes any free one")
      ->type_name("ADDR:PORT")
      ->capture_default_str();
  verb_->add_option("--data", data_, "Where the demo keeps its database")
      ->type_name("DIR")
      ->capture_default_str();
  verb_->add_option("--packs", packs_, "The folder of packs to load")->type_name("DIR");
  verb_->add_option("--set", sets_, "One configuration key; may be repeated")
      ->type_name("KEY=VALUE")
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

bool DemoCommand::is_selected() const { return verb_ && verb_->parsed(); }

Result<config::Config> DemoCommand::configure() const {
  config::LoadRequest request;
  request.sets = {"listen=" + listen_, "data=" + data_, "log.level=warn", "log.format=text",
                  "registry.lock=false"};
  request.sets.insert(request.sets.end(), sets_.begin(), sets_.end());
  request.env = env_;
  const auto is_set = [this](std::string_view key) {
    return std::any_of(sets_.begin(), sets_.end(),
                       [&](const std::string& set) { return set.starts_with(key); });
  };
  if (is_set("accounts.google.client_id=") && !is_set("accounts.key_")) {
    const auto file = (std::filesystem::path(data_) / "accounts.key").string();
    const auto made = make_key_file(file, random_);
    if (!made) return made.error();
    request.sets.push_back("accounts.key_file=" + file);
  }
  auto config = config::config_or_error(config::load(request));
  if (!config) return config;
  if (!config->listen.is_loopback()) {
    return fail(ErrorType::forbidden,
                "--listen: the demo's credentials are for this machine only; use 127.0.0.1, or "
                "`callosum serve` with keys of your own");
  }
  if (config->packs.empty()) {
    if (packs_.empty()) {
      auto folder = find_packs_folder();
      if (!folder) return folder.error();
      config->packs = {folder->string()};
    } else {
      config->packs = {packs_};
    }
  }
  config->auth.jwt = demo_jwt_config(data_);
  return config;
}

Result<std::unique_ptr<Gateway>> DemoCommand::prepare() {
  auto config = configure();
  if (!config) return config.error();
  std::error_code ec;
  std::filesystem::create_directories(data_, ec);
  if (ec) return fail(ErrorType::permanent, "--data: " + data_ + ": " + ec.message());
  auto key = load_or_create_demo_key(data_, random_);
  if (!key) return key.error();
  config->auth.jwt.key = *key;

  const auto cert = data_ + "/localhost.crt";
  const auto made = net::make_localhost_certificate(cert, data_ + "/localhost.key");
  if (!made) return made.error();
  auto tls = net::make_server_tls(cert, data_ + "/localhost.key");
  if (!tls) return tls.error();

  auto parts = make_parts({.config = std::move(*config), .is_demo = true, .with_provider = true});
  if (!parts) return parts.error();
  GatewayOptions options;
  options.tls = std::move(*tls);
  options.has_own_tls_listener = true;
  const auto port = (*parts)->config.listen.port;
  options.tls_port = port == 0 ? 0 : static_cast<std::uint16_t>(port + 1);
  options.admin_on_main = true;
  return Gateway::make(std::move(*parts), options);
}

Result<std::string> DemoCommand::leave_credentials(Gateway& gateway) {
  const auto tenants = read_businesses(*gateway.parts().database);
  if (!tenants) return tenants.error();
  const auto written = write_demo_tenants(data_, *tenants);
  if (!written) return written.error();
  const auto& first = tenants->front();
  const DemoTokenRequest request{first.tenant_id, first.phone, {"admin", "operator"}};
  const auto key = load_or_create_demo_key(data_, random_);
  if (!key) return key.error();
  auto token = api::auth::mint_token(demo_claims(request, gateway.parts().time.wall_now()), *key,
                                     api::auth::JwtAlgorithm::hs256);
  if (!token) return token;
  const auto files = runtime_files(env_);
  std::error_code ec;
  std::filesystem::create_directories(files.folder, ec);
  std::filesystem::permissions(files.folder, std::filesystem::perms::owner_all, ec);
  const config::ListenAddress address{gateway.parts().config.listen.host, gateway.port()};
  const std::string url = "ws://" + to_string(address) + "/v1/realtime";
  note_other_demo(read_runtime_file(files.url()), url);
  const auto left_token = write_private_file(files.token(), *token);
  if (!left_token) return left_token.error();
  const auto left_url = write_private_file(files.url(), url);
  if (!left_url) return left_url.error();
  left_ = {{files.token(), *token}, {files.url(), url}};
  const auto& public_url = gateway.parts().config.phone.public_url;
  if (public_url.empty()) return token;
  telephone_ = {public_url, first.number, first.phone};
  const auto line = to_line(telephone_);
  const auto left_line = write_private_file(files.telephone(), line);
  if (!left_line) return left_line.error();
  left_.emplace_back(files.telephone(), line);
  return token;
}

void DemoCommand::note_other_demo(const std::string& other, const std::string& own) {
  if (other.empty() || other == own) return;
  boost::asio::io_context context(1);
  async::SystemTime time;
  const auto deadline = async::Deadline::after(time, std::chrono::seconds(1));
  auto work = net::send_http(time, http_base_of(other) + "/healthz", {}, {}, deadline);
  const auto health = run_alone(context, std::move(work));
  if (!health) return;  // it did not end well, or elsewhere
  output_.err("note: another demo runs at " + http_base_of(other) +
              "; from now on `callosum call` and `callosum tool run` find this one\n");
}

void DemoCommand::take_credentials_back() {
  for (const auto& [path, text] : left_) {
    std::error_code ignored;
    // By then another demo may have left its own there.
    if (read_runtime_file(path) == text) std::filesystem::remove(path, ignored);
  }
}

void DemoCommand::say_hello(Gateway& gateway, const std::string& token) {
  const auto& host = gateway.parts().config.listen.host;
  const auto main = to_string(config::ListenAddress{host, gateway.port()});
  const auto with_tls = to_string(config::ListenAddress{host, gateway.tls_port()});
  const auto program = std::filesystem::read_symlink("/proc/self/exe")
                           .lexically_relative(std::filesystem::current_path());
  const std::string self =
      program.empty() || *program.begin() == ".." ? "callosum" : program.string();
  output_.out("callosum demo listening on http://" + main + "\n");
  output_.out("  realtime  ws://" + main + "/v1/realtime   (TLS: wss://" + with_tls +
              "/v1/realtime, certificate " + data_ + "/localhost.crt)\n");
  output_.out("  data      " + data_ + "\n");
  output_.out("  token     " + token + "\n");
  if (!telephone_.called.empty()) {
    output_.out("  telephone " + telephone_.called + ", known to the carrier as " +
                telephone_.public_url + "\n");
  }
  output_.out("\n");
  output_.out("Try, in another terminal:\n");
  output_.out("  " + self + " call examples/audio/cancellation-slt-16k.wav --save reply.wav\n");
  output_.out("  " + self + " call --text \"when is my next appointment\"\n");
  if (!telephone_.called.empty()) {
    // The carrier's token is no file's: who tries it has it in the environment, as the demo does.
    output_.out("  " + self +
                " call --phone examples/audio/cancellation-slt-16k.wav --auth-token-env " +
                gateway.parts().config.phone.auth_token_env + "\n");
  }
  output_.out("  " + self + " chat --pack assistant\n");
  output_.out("  " + self + " tool run get_working_hours --args '{}' --to http://" + main + "\n");
  output_.out("\nStop with Ctrl-C.\n");
}

int DemoCommand::run() {
  refuse_core_dumps();
  hold_hangups();
  auto gateway = prepare();
  if (!gateway) {
    output_.err("callosum demo: " + gateway.error().message + "\n");
    if (!gateway.error().detail.empty()) output_.err("  " + gateway.error().detail + "\n");
    return 1;
  }
  const auto token = leave_credentials(**gateway);
  if (!token) {
    output_.err("callosum demo: " + token.error().message + "\n");
    return 1;
  }
  say_hello(**gateway, *token);
  const int status = (*gateway)->run();
  take_credentials_back();
  return status;
}

}  // namespace callosum::app
