#pragma once

#include <functional>
#include <string>

#include "net/server.hpp"
#include "sim/service/line.hpp"
#include "sim/streaming.hpp"

namespace CLI {
class App;
}

namespace callosum::sim {

/// A service on one address, and for tests GET /sim/stats, POST /sim/reset, POST /sim/script (YAML;
/// for connections from then on).
class LineCloud : public net::HttpHandler, public StreamPlanner {
 public:
  explicit LineCloud(ServiceWorld& world) : world_(world) {}

  boost::asio::awaitable<net::HttpResponse> handle(const net::HttpRequest& request) override;
  boost::asio::awaitable<net::UpgradeDecision> upgrade(const net::HttpRequest& request) override;

  boost::asio::awaitable<std::optional<StreamPlan>> plan(const net::HttpRequest& request) override;

  virtual Result<void> take_script(const std::string& yaml) = 0;
  /// A body that comes in its own time.
  virtual std::optional<StreamPlan> plan_body(const net::HttpRequest&) { return std::nullopt; }

 protected:
  virtual net::UpgradeDecision admit(const net::HttpRequest& request) = 0;
  /// Anything but /sim/…
  virtual net::HttpResponse answer(const net::HttpRequest& request);
  /// Lets it in, to be served by what `make` makes.
  net::UpgradeDecision let_in(MakePartner make, std::string subprotocol = {});
  ServiceWorld& world() { return world_; }

 private:
  net::HttpResponse answer_sim(const net::HttpRequest& request);

  ServiceWorld& world_;
};

/// A service as a subcommand of the program.
struct LineCommand {
  std::string name;
  std::string description;
  std::string path;  ///< as the first line has it
  std::function<std::unique_ptr<LineCloud>(ServiceWorld&, std::string key)> make_cloud;
};

/// --listen and the like, --script, --key, --log. Runs until SIGTERM or SIGINT.
void add_line_command(CLI::App& program, LineCommand command);

}  // namespace callosum::sim
