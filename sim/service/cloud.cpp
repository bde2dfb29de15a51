#include "sim/service/cloud.hpp"

#include <CLI/CLI.hpp>
#include <boost/json/serialize.hpp>

#include "async/with_deadline.hpp"
#include "sim/script_file.hpp"
#include "sim/serve.hpp"

namespace callosum::sim {

namespace asio = boost::asio;

namespace {

net::HttpResponse no_such_page(const net::HttpRequest& request) {
  const json::object body{
      {"error", "the simulator has no " + request.method + " of this address; see sim/README.md"}};
  return net::HttpResponse::json(404, json::serialize(body));
}

}  // namespace

asio::awaitable<net::HttpResponse> LineCloud::handle(const net::HttpRequest& request) {
  const auto streamed = plan_body(request);
  if (streamed) {
    const auto until = async::Deadline::after(world_.time, streamed->length());
    co_await async::sleep_until(until);
    co_return streamed->whole();
  }
  co_return request.path().starts_with("/sim/") ? answer_sim(request) : answer(request);
}

asio::awaitable<std::optional<StreamPlan>> LineCloud::plan(const net::HttpRequest& request) {
  co_return plan_body(request);
}

asio::awaitable<net::UpgradeDecision> LineCloud::upgrade(const net::HttpRequest& request) {
  co_return admit(request);
}

net::HttpResponse LineCloud::answer(const net::HttpRequest& request) {
  return no_such_page(request);
}

net::HttpResponse LineCloud::answer_sim(const net::HttpRequest& request) {
  const auto path = request.path();
  if (path == "/sim/stats" && request.method == "GET") {
    return net::HttpResponse::json(200, json::serialize(world_.records.to_json()));
  }
  if (request.method != "POST") return no_such_page(request);
  if (path == "/sim/reset") {
    world_.records = Records();
    world_.connections = 0;
    return net::HttpResponse::json(200, "{}");
  }
  if (path != "/sim/script") return no_such_page(request);
  const auto taken = take_script(request.body);
  if (taken) return net::HttpResponse::json(200, "{}");
  return net::HttpResponse::json(400,
                                 json::serialize(json::object{{"error", taken.error().message}}));
}

net::UpgradeDecision LineCloud::let_in(MakePartner make, std::string subprotocol) {
  net::UpgradeDecision decision;
  decision.subprotocol = std::move(subprotocol);
  decision.limits = service_limits();
  decision.serve = [this, make = std::move(make)](std::unique_ptr<net::WsConnection> socket) {
    return serve_line(world_, make, std::move(socket));
  };
  return decision;
}

namespace {

struct Options {
  ListenOptions listen;
  std::string script_file;
  std::string key;
  std::string log_file;
};

Result<void> run(const LineCommand& command, const Options& options) {
  async::SystemTime time;
  SystemRandom random;
  EventLog log(time);
  Records records;
  ServiceWorld world{time, random, log, records};
  const auto cloud = command.make_cloud(world, options.key);
  if (!options.script_file.empty()) {
    const auto taken = load_script_file(
        options.script_file, [&](const std::string& text) { return cloud->take_script(text); });
    if (!taken) return taken.error();
  }
  if (!options.log_file.empty()) {
    const auto opened = log.open(options.log_file);
    if (!opened) return opened.error();
  }
  return serve_streams_until_told(time, *cloud, options.listen, command.name, command.path);
}

}  // namespace

void add_line_command(CLI::App& program, LineCommand line) {
  auto options = std::make_shared<Options>();
  auto* command = program.add_subcommand(line.name, line.description);
  add_listen_options(*command, options->listen);
  command->add_option("--script", options->script_file, "YAML file: what it hears and does");
  command->add_option("--key", options->key, "The only API key that is let in (else any)");
  command->add_option("--log", options->log_file, "JSON lines of every event, appended");
  command->callback([line = std::move(line), options] {
    const auto ended = run(line, *options);
    if (!ended) throw CLI::RuntimeError("callosum-sim: " + ended.error().message, 1);
  });
}

}  // namespace callosum::sim
