#include "sim/twilio/command.hpp"

#include <CLI/CLI.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>

#include "sim/serve.hpp"
#include "sim/twilio/exchange.hpp"

namespace callosum::sim::twilio {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds kGoodbye{500};

struct Options {
  PhoneOptions phone;
  std::string script_file;
  std::vector<std::string> recordings;
  std::size_t tone_ms = 0;
  std::vector<std::string> faults;
  std::vector<std::string> fields;
  std::string upgrade_form = "plain";
  std::string carrier = "twilio";
  bool shows_key = false;
  double length_s = 0;
  double retry_s = 0;
  std::size_t jitter_ms = 0;
  std::size_t loss_percent = 0;
  std::size_t webhooks = 0;
  std::size_t calls = 1;
  double rate = 10;
  std::string rest_address;
  std::string ca_file;
  bool is_insecure = false;
  bool is_json = false;
  bool is_quiet = false;
};

Result<std::vector<std::shared_ptr<const Utterance>>> load_utterances(const Options& options) {
  std::vector<std::shared_ptr<const Utterance>> out;
  for (const auto& path : options.recordings) {
    auto loaded = load_utterance(path);
    if (!loaded) return loaded.error();
    out.push_back(std::move(*loaded));
  }
  if (options.tone_ms > 0 || out.empty()) {
    out.push_back(make_tone(Ms(options.tone_ms > 0 ? options.tone_ms : 800)));
  }
  return out;
}

Result<void> add_flags(const Options& options, CallScript& script) {
  for (const auto& word : options.faults) {
    const auto fault = parse_fault(word);
    if (!fault) return fault.error();
    script.faults.push_back(*fault);
  }
  for (const auto& pair : options.fields) {
    const auto equals = std::min(pair.find('='), pair.size());
    const auto value = equals < pair.size() ? pair.substr(equals + 1) : "";
    script.fields.emplace_back(pair.substr(0, equals), value);
  }
  if (options.jitter_ms > 0) script.jitter = Ms(options.jitter_ms);
  if (options.loss_percent > 0) script.loss = options.loss_percent;
  if (options.webhooks > 0) script.webhooks = options.webhooks;
  return {};
}

Result<std::shared_ptr<const CallScript>> make_script(const Options& options) {
  CallScript script;
  if (!options.script_file.empty()) {
    auto loaded = load_call_script(options.script_file);
    if (!loaded) return loaded.error();
    script = std::move(*loaded);
  } else {
    const auto utterances = load_utterances(options);
    if (!utterances) return utterances.error();
    script.steps = plain_steps(*utterances);
  }
  const auto added = add_flags(options, script);
  if (!added) return added.error();
  return std::make_shared<const CallScript>(std::move(script));
}

Result<PhoneOptions> phone_options(const Options& options) {
  auto out = options.phone;
  const auto carrier = parse_carrier(options.carrier);
  if (!carrier) return carrier.error();
  out.carrier = *carrier;
  if (out.account == usual_account(CarrierKind::twilio)) out.account = usual_account(*carrier);
  static const std::map<std::string, UpgradeForm> kForms{{"plain", UpgradeForm::plain},
                                                         {"slash", UpgradeForm::slash},
                                                         {"port", UpgradeForm::port},
                                                         {"port-slash", UpgradeForm::port_slash}};
  out.upgrade_form = kForms.at(options.upgrade_form);
  out.length = Ms(static_cast<std::int64_t>(options.length_s * 1000));
  out.retry_for = Ms(static_cast<std::int64_t>(options.retry_s * 1000));
  if (out.to.empty()) return fail(ErrorType::validation, "--to is required");
  for (const auto* url : {&out.to, &out.public_url}) {
    if (url->empty()) continue;
    const auto parsed = net::parse_url(*url);
    if (!parsed) return parsed.error();
  }
  return out;
}

/// The programme under way: the calls, the REST side, and the signal that ends both.
struct Running {
  Phone& phone;
  const Options& options;
  std::shared_ptr<const CallScript> script;
  async::Event told;
  bool is_good = false;
};

asio::awaitable<void> wait_for_signal(Running& running) {
  const auto never = async::Deadline::none(running.phone.time);  // the calls' end cancels this
  co_await running.told.wait(never);
}

asio::awaitable<void> place_calls(Running& running, Exchange& exchange) {
  auto placing = exchange.place(running.options.calls, running.options.rate);
  running.is_good = co_await std::move(placing);
}

Result<std::unique_ptr<net::Server>> listen(Running& running, RestDoor& door,
                                            const asio::any_io_executor& executor) {
  net::ServerOptions options;
  const auto parsed = parse_address(running.options.rest_address, options);
  if (!parsed) return parsed.error();
  auto server = net::make_server(executor, running.phone.time, door, options);
  if (!server) return server.error();
  const auto url = "http://" + options.address + ":" + std::to_string((*server)->port());
  std::FILE* out = running.options.is_json ? stderr : stdout;
  std::fprintf(out, "callosum-sim twilio listening on %s\n", url.c_str());
  std::fflush(out);
  return server;
}

asio::awaitable<Result<void>> run_calls(Running& running) {
  const auto executor = co_await asio::this_coro::executor;
  Exchange exchange(running.phone, executor, running.script);
  RestDoor door(running.phone, running.script, [&exchange](Dialling dialling) -> Call& {
    return exchange.dial(std::move(dialling));
  });
  std::unique_ptr<net::Server> server;
  if (!running.options.rest_address.empty()) {
    auto made = listen(running, door, executor);
    if (!made) co_return made.error();
    server = std::move(*made);
  }
  async::TaskGroup tasks(executor, running.phone.time);
  tasks.spawn("signal", wait_for_signal(running));
  if (running.options.calls > 0) tasks.spawn("calls", place_calls(running, exchange));
  if (server) tasks.spawn_beside("rest", server->run());
  co_await tasks.wait_any();
  if (server) server->stop(async::Deadline::after(running.phone.time, kGoodbye));
  tasks.cancel();
  co_await tasks.join();
  auto closing = exchange.close();
  co_await std::move(closing);
  co_return Result<void>();
}

Result<bool> run(const Options& options) {
  async::SystemTime time;
  SystemRandom random;
  Report report(options.is_json    ? Report::Form::json
                : options.is_quiet ? Report::Form::nothing
                                   : Report::Form::text);
  auto phone_settings = phone_options(options);
  if (!phone_settings) return phone_settings.error();
  Phone phone{time, random, report, std::move(*phone_settings)};
  const auto script = make_script(options);
  if (!script) return script.error();
  auto tls = net::make_client_tls(options.ca_file, !options.is_insecure);
  if (!tls) return tls.error();
  phone.tls = std::move(*tls);

  asio::io_context context(1);
  Running running{phone, options, *script, async::Event(context.get_executor())};
  asio::signal_set signals(context, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code& failed, int) {
    if (!failed) running.told.set();
  });
  std::exception_ptr bug;
  Result<void> ended;
  asio::co_spawn(context, run_calls(running), [&](std::exception_ptr thrown, Result<void> result) {
    bug = std::move(thrown);
    ended = std::move(result);
    signals.cancel();
  });
  context.run();
  if (bug) std::rethrow_exception(bug);
  if (!ended) return ended.error();
  report.write_summary();
  return running.is_good || options.calls == 0;
}

void add_caller_options(CLI::App& command, Options& options) {
  auto& phone = options.phone;
  command.add_option("--to", phone.to, "The voice webhook, as it is reached");
  command.add_option("--public-url", phone.public_url,
                     "The same as the gateway knows it: what is signed (else --to)");
  command.add_option("--carrier", options.carrier, "Whose calls they are")
      ->check(CLI::IsMember({"twilio", "telnyx", "plivo"}))
      ->capture_default_str();
  command.add_flag("--show-key", options.shows_key,
                   "Prints the public key that goes with --auth-token (telnyx), and ends");
  command.add_option("--auth-token", phone.auth_token, "Signs; of telnyx, its key is made of it")
      ->envname("CALLOSUM_SIM_AUTH_TOKEN")
      ->capture_default_str();
  command.add_option("--account", phone.account, "AccountSid")->capture_default_str();
  command.add_option("--from", phone.from, "Who calls")->capture_default_str();
  command.add_option("--called", phone.called, "The number called")->capture_default_str();
  command.add_option("--stir", phone.attestation, "StirVerstat; empty: none")
      ->capture_default_str();
  command.add_option("--field", options.fields, "NAME=VALUE of the webhook's form, also anew");
  command.add_option("--status-callback", phone.status_callback, "Told when a call has ended");
  command.add_option("--upgrade-form", options.upgrade_form, "How the upgrade's address is signed")
      ->check(CLI::IsMember({"plain", "slash", "port", "port-slash"}))
      ->capture_default_str();
  command.add_option("--ca", options.ca_file, "PEM: whom to trust with wss and https");
  command.add_flag("--insecure", options.is_insecure, "Trusts any certificate");
}

void add_call_options(CLI::App& command, Options& options) {
  command.add_option("--script", options.script_file, "YAML file: what the caller does");
  command.add_option("--wav", options.recordings, "Said one after the other; any rate");
  command.add_option("--tone-ms", options.tone_ms, "A tone of this length is said (else 800 ms)");
  command.add_option("--seconds", options.length_s, "The steps again and again, for so long");
  command.add_option("--jitter-ms", options.jitter_ms, "Frames are late by up to so much");
  command.add_option("--loss", options.loss_percent, "Of a hundred frames so many are lost")
      ->check(CLI::Range(0, 100));
  command.add_option("--fault", options.faults, "What goes wrong (sim/README.md); again: several");
  command.add_option("--webhooks", options.webhooks, "The same signed webhook is sent so often");
  command.add_option("--retry", options.retry_s,
                     "Seconds for which a gateway that is gone is tried");
  command.add_option("--calls", options.calls, "How many; 0: those that --rest is told of")
      ->capture_default_str();
  command.add_option("--rate", options.rate, "Of them begun a second")
      ->check(CLI::PositiveNumber)
      ->capture_default_str();
  command.add_option("--save", options.phone.save, "WAV of what was heard");
  command.add_option("--rest", options.rest_address, "ADDRESS:PORT of Twilio's REST side");
  command.add_flag("--json", options.is_json, "The timeline as JSON, a line an event");
  command.add_flag("--quiet", options.is_quiet, "No timeline");
}

}  // namespace

void add_command(CLI::App& program) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand("twilio", "A carrier: calls a gateway's number");
  add_caller_options(*command, *options);
  add_call_options(*command, *options);
  command->callback([options] {
    if (options->shows_key) {
      std::printf("%s\n", public_key_of(options->phone.auth_token).c_str());
      return;
    }
    const auto ended = run(*options);
    if (!ended) throw CLI::RuntimeError("callosum-sim: " + ended.error().message, 1);
    if (!*ended) throw CLI::RuntimeError("callosum-sim: not every call went well", 3);
  });
}

}  // namespace callosum::sim::twilio
