#include "stage.hpp"

#include <boost/asio/steady_timer.hpp>
#include <fstream>

#include "async/with_deadline.hpp"
#include "base/json.hpp"
#include "base/text.hpp"
#include "net/client.hpp"

namespace callosum::testing {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// "… listening on SCHEME://HOST:PORT…"
std::string address_in(const std::string& line, const Process& process) {
  const auto at = line.find("://");
  const auto from = line.rfind(' ', at);
  if (at == std::string::npos || from == std::string::npos) {
    throw std::runtime_error("no address in '" + line + "': " + process.errors());
  }
  return line.substr(from + 1);
}

std::vector<std::string> command_of(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), program("callosum"));
  return arguments;
}

asio::awaitable<bool> pause(async::Deadline deadline) {
  co_await async::sleep_until(deadline);
  co_return true;
}

}  // namespace

Gateway::Gateway(const std::vector<std::string>& options, const Environment& more)
    : arguments_{"--data", data().string()} {
  const auto run = folder_.path() / "run";
  std::filesystem::create_directories(run);
  environment_ = {{"XDG_RUNTIME_DIR", run.string()}, {"HOME", folder_.path().string()}};
  for (const auto& [name, value] : more) environment_[name] = value;
  arguments_.insert(arguments_.end(), options.begin(), options.end());
  start();
}

void Gateway::start() {
  std::vector<std::string> arguments{"demo", "--listen", "127.0.0.1:" + std::to_string(port_)};
  arguments.insert(arguments.end(), arguments_.begin(), arguments_.end());
  process_ = start_callosum(std::move(arguments), environment_);
  const auto address = address_in(process_->read_line(60s), *process_);
  port_ = static_cast<std::uint16_t>(std::stoi(address.substr(address.rfind(':') + 1)));
  std::ifstream file(environment_.at("XDG_RUNTIME_DIR") + "/callosum/token");
  std::getline(file, token_);
}

void Gateway::die_and_come_back() {
  process_.reset();  // kills it; one at a time on these files
  start();
}

std::string Gateway::http(std::string_view path) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
}

std::string Gateway::realtime() const {
  return "ws://127.0.0.1:" + std::to_string(port_) + "/v1/realtime";
}

Cloud::Cloud(const std::string& vendor, const std::vector<std::string>& options) {
  std::vector<std::string> command{program("callosum-sim"), vendor, "--listen", "127.0.0.1:0"};
  command.insert(command.end(), options.begin(), options.end());
  process_ = std::make_unique<Process>(command, Environment{});
  url_ = address_in(process_->read_line(30s), *process_);
}

std::string Cloud::http(std::string_view path) const {
  const auto host = url_.find("://");
  return "http" + url_.substr(host, url_.find('/', host + 3) - host) + std::string(path);
}

void Cloud::follow(const std::string& yaml) {
  // A call that has just ended may still be hanging up: it must not be counted among the next.
  const auto is_free = [this] {
    const auto counters = stats();
    const auto* open = counters.if_contains("open_connections");  // some count from the first on
    return !open || open->to_number<int>() == 0;
  };
  if (!eventually(is_free, 10s)) {
    throw std::runtime_error("a call of an earlier test still holds its connection");
  }
  net::HttpRequest script;
  script.method = "POST";
  script.body = yaml;
  const auto taken = fetch(http("/sim/script"), script);
  if (taken.status != 200) throw std::runtime_error(taken.body);
  net::HttpRequest reset;
  reset.method = "POST";
  fetch(http("/sim/reset"), reset);
}

json::object Cloud::stats() {
  const auto response = fetch(http("/sim/stats"));
  if (response.status != 200) {
    const auto ended = process_->wait(std::chrono::seconds(0));
    const auto how = ended
                         ? "ended with status " + std::to_string(ended->status) + ": " + ended->err
                         : "does not answer: " + response.body;
    throw std::runtime_error("the simulator " + how);
  }
  return parse_strict(response.body, {.max_bytes = 64 << 20}).value().as_object();
}

std::vector<std::string> Cloud::outputs() {
  std::vector<std::string> all;
  const auto counters = stats();
  for (const auto& call : counters.at("outputs_by_call_id").as_object()) {
    for (const auto& output : call.value().as_array()) all.emplace_back(output.as_string());
  }
  return all;
}

net::HttpResponse fetch(std::string url, net::HttpRequest request) {
  RealWorld world;
  net::HttpClientOptions options;
  options.max_body_bytes = 64 << 20;  // of a worst model's session a simulator has much to tell
  auto response = world.run(net::send_http(world.time(), std::move(url), std::move(request),
                                           std::move(options), world.in(20s)));
  return response ? *response : net::HttpResponse::text(0, response.error().message);
}

std::vector<app::TimelineEntry> Conversation::all(std::string_view kind) const {
  std::vector<app::TimelineEntry> out;
  for (const auto& entry : entries) {
    if (entry.kind == kind) out.push_back(entry);
  }
  return out;
}

std::string Conversation::said() const {
  std::string text;
  for (const auto& entry : all("said")) text += entry.text + "\n";
  return text;
}

std::string Conversation::transcript() const {
  std::string text = problem ? problem->message + "\n" : "\n";
  for (const auto& entry : entries) text += app::to_terminal_line(entry) + "\n";
  return text;
}

std::vector<Conversation> converse(std::vector<app::CallOptions> calls) {
  RealWorld world;
  std::vector<Conversation> conversations(calls.size());
  for (std::size_t i = 0; i < calls.size(); ++i) {
    auto& mine = conversations[i];
    calls[i].on_entry = [&mine](const app::TimelineEntry& entry) { mine.entries.push_back(entry); };
    auto on_end = [&mine](std::exception_ptr bug, Result<app::CallOutcome> outcome) {
      if (bug) std::rethrow_exception(bug);
      if (outcome) {
        mine.outcome = std::move(*outcome);
      } else {
        mine.problem = outcome.error();
      }
    };
    asio::co_spawn(world.context(), app::place_call(world.time(), std::move(calls[i])), on_end);
  }
  world.context().run();
  return conversations;
}

Conversation type(const Gateway& gateway, const std::string& text) {
  app::CallOptions call;
  call.url = gateway.realtime();
  call.token = gateway.token();
  call.text = text;
  call.wants_audio = false;
  std::vector<app::CallOptions> calls;
  calls.push_back(std::move(call));
  return converse(std::move(calls)).front();
}

double metric(const Gateway& gateway, std::string_view name, std::string_view label) {
  const auto page = fetch(gateway.http("/metrics")).body;
  double sum = 0;
  for (const auto line : split(page, '\n')) {
    const auto end = line.find_first_of("{ ");
    if (line.substr(0, end) != name || line.find(label) == std::string_view::npos) continue;
    sum += std::stod(std::string(line.substr(line.rfind(' ') + 1)));
  }
  return sum;
}

bool eventually(const std::function<bool()>& is_so, std::chrono::seconds limit) {
  RealWorld world;
  const auto end = world.in(limit);
  while (!is_so()) {
    if (end.passed()) return false;
    world.run(pause(world.in(50ms)));
  }
  return true;
}

std::unique_ptr<Process> start_callosum(std::vector<std::string> arguments,
                                        const Environment& environment) {
  return std::make_unique<Process>(command_of(std::move(arguments)), environment);
}

Process::Ended run_callosum(std::vector<std::string> arguments, const Environment& environment) {
  const auto process = start_callosum(std::move(arguments), environment);
  return process->wait(60s).value_or(Process::Ended{-1, "", "it never ended"});
}

void expect_well(Gateway& gateway) {
  EXPECT_TRUE(gateway.process().is_running()) << gateway.process().errors();
  EXPECT_EQ(fetch(gateway.http("/healthz")).status, 200);
}

}  // namespace callosum::testing
