#include "app/gateway.hpp"

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <thread>
#include <unistd.h>

#include "app/caller_limits.hpp"
#include "app/doors.hpp"
#include "app/planner.hpp"
#include "app/signals.hpp"
#include "app/wiring.hpp"
#include "async/task_group.hpp"
#include "async/with_deadline.hpp"
#include "channel/realtime/realtime_channel.hpp"
#include "channel/twilio/phone_channel.hpp"
#include "net/kept_connections.hpp"
#include "net/server.hpp"
#include "session/session_host.hpp"

namespace callosum::app {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

constexpr auto kDrainTime = 10s;
constexpr std::size_t kAdminConnections = 32;  // a thread; out of the reserve

/// One thread's share of the gateway.
class Worker {
 public:
  Worker(Parts& parts, Planner& planner, api::SessionDesk& desk, bool admin_on_main)
      : parts_(parts),
        context_(1),
        executor_(context_.get_executor(), parts.executor_parts()),
        host_(parts.time, parts.random, executor_, *parts.log, parts.metrics),
        channel_(host_, parts.slots, parts.queue_budget,
                 [this, &planner](const net::HttpRequest& request) {
                   return planner.plan_session(request, &executor_);
                 }),
        doors_({parts, planner, executor_, desk, admin_on_main}) {
    host_.keep_records(*parts.sessions);
    host_.keep_confirmations(*parts.confirmations);
    host_.keep_loading(*parts.load_book);
    host_.keep_times(parts.usual_times);
    parts.board.add(context_.get_executor(), host_);
    desk.add(session_place_);
    doors_.main().add_upgrade("/v1/realtime", [this](const net::HttpRequest& request) {
      return channel_.upgrade(request);
    });
    for (const auto* carrier : phone_carriers()) add_phone(*carrier, planner);
  }

  /// Whether nobody at all listens there, not even one who would share.
  Result<void> try_listen(net::ServerOptions options) {
    options.reuse_port = false;
    const auto alone =
        net::make_server(context_.get_executor(), parts_.time, doors_.main(), options);
    if (!alone) return alone.error();
    return {};
  }

  Result<std::uint16_t> listen(bool admin, net::ServerOptions options) {
    auto& router = admin ? doors_.admin() : doors_.main();
    auto server = net::make_server(context_.get_executor(), parts_.time, router, options);
    if (!server) return server.error();
    servers_.push_back(std::move(*server));
    return servers_.back()->port();
  }

  void start() {
    asio::co_spawn(context_, serve(), [this](const std::exception_ptr& bug) { on_end(bug); });
    thread_ = std::thread([this] { context_.run(); });
  }
  /// `then` runs on this thread when everything has drained.
  void run_here(const std::function<void()>& then) {
    asio::co_spawn(context_, serve(), [this, &then](const std::exception_ptr& bug) {
      on_end(bug);
      then();
    });
    context_.run();
  }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

  void stop() {
    asio::post(context_, [this] {
      if (stopping_) return;
      stopping_ = true;
      const auto deadline = async::Deadline::after(parts_.time, kDrainTime);
      host_.stop();
      for (const auto& server : servers_) server->stop(deadline);
    });
  }

  asio::io_context& context() { return context_; }
  Doors& doors() { return doors_; }

 private:
  void add_phone(const channel::twilio::Carrier& carrier, Planner& planner) {
    using channel::twilio::PhoneChannel;
    auto plan = [this, &planner](channel::twilio::StreamGrant grant) {
      return planner.plan_phone(std::move(grant), &executor_);
    };
    phones_.push_back(std::make_unique<PhoneChannel>(PhoneChannel::Parts{
        host_, parts_.slots, parts_.queue_budget, phone_ground(parts_), carrier, std::move(plan)}));
    doors_.main().add_upgrade("/" + std::string(carrier.name) + "/media",
                              [phone = phones_.back().get()](const net::HttpRequest& request) {
                                return phone->upgrade(request);
                              });
  }

  asio::awaitable<void> serve() {
    async::TaskGroup tasks(context_.get_executor(), parts_.time);
    for (const auto& server : servers_) tasks.spawn("server", server->run());
    co_await tasks.wait_all();
    tasks.cancel();
    co_await tasks.join();
    const auto deadline = async::Deadline::after(parts_.time, kDrainTime);
    co_await executor_.drain(deadline);
    net::close_kept_connections(context_.get_executor());
  }

  void on_end(const std::exception_ptr& bug) {
    if (!bug) return;
    try {
      std::rethrow_exception(bug);
    } catch (const std::exception& exception) {
      parts_.log->error("worker_bug", {{"what", exception.what()}});
    }
  }

  Parts& parts_;
  asio::io_context context_;
  pipeline::Executor executor_;
  api::SessionDesk::Place session_place_{context_.get_executor(), executor_};
  session::SessionHost host_;
  channel::RealtimeChannel channel_;
  std::vector<std::unique_ptr<channel::twilio::PhoneChannel>> phones_;  // one a carrier
  Doors doors_;
  std::vector<std::unique_ptr<net::Server>> servers_;
  std::thread thread_;
  bool stopping_ = false;
};

}  // namespace

struct Gateway::State {
  std::unique_ptr<Parts> parts;
  std::unique_ptr<Planner> planner;
  std::unique_ptr<api::SessionDesk> desk;
  std::vector<std::unique_ptr<Worker>> workers;
  std::unique_ptr<Signals> signals;  // on the first worker's loop
  std::uint16_t port = 0;
  std::uint16_t tls_port = 0;
  std::uint16_t admin_port = 0;
};

namespace {

struct Listener {
  bool admin = false;
  net::ServerOptions options;
  std::uint16_t* port;
};

std::unique_ptr<api::SessionDesk> make_desk(Planner& planner) {
  auto plan = [&planner](api::auth::Principal principal, std::vector<std::string> ids) {
    return planner.plan_session_call(std::move(principal), std::move(ids));
  };
  auto& parts = planner.parts();
  auto on_intents = [&parts](const std::string& session_id, const auto& answer) {
    const auto& intents = answer->intents;
    const bool ends = std::any_of(intents.begin(), intents.end(), [](const auto& each) {
      return each.argument == registry::kWholeSession;
    });
    // One that nobody holds on a socket ends here; any other ends with its socket.
    if (ends) parts.load_book->end_unheld(session_id, epoch_ms(parts.time.wall_now()));
    parts.board.on_call_elsewhere(session_id, answer);
  };
  auto find_loaded = [&parts](const std::string& session_id, std::uint64_t epoch) {
    return parts.load_book->at(session_id, epoch);
  };
  return std::make_unique<api::SessionDesk>(
      parts.time, parts.random,
      api::SessionDesk::Ways{std::move(plan), std::move(on_intents), std::move(find_loaded)});
}

/// Every worker listens on the same port: the first finds it, the others join.
Result<void> listen_everywhere(std::vector<std::unique_ptr<Worker>>& workers, Listener listener) {
  listener.options.reuse_port = workers.size() > 1;
  if (listener.options.reuse_port && listener.options.port != 0) {
    // Another gateway of this user would be let onto the shared port, and take half of its callers.
    const auto free = workers.front()->try_listen(listener.options);
    if (!free) return free.error();
  }
  for (const auto& worker : workers) {
    const auto port = worker->listen(listener.admin, listener.options);
    if (!port) return port.error();
    listener.options.port = *port;
  }
  *listener.port = listener.options.port;
  return {};
}

}  // namespace

Gateway::Gateway(std::unique_ptr<State> state) : state_(std::move(state)) {}
Gateway::~Gateway() {
  // Whoever still looks after accounts finds no conversation any more.
  if (state_ && state_->parts) state_->parts->load_book->close();
}

Result<std::unique_ptr<Gateway>> Gateway::make(std::unique_ptr<Parts> parts,
                                               const GatewayOptions& options) {
  auto state = std::make_unique<State>();
  state->parts = std::move(parts);
  const auto& config = state->parts->config;
  state->planner = std::make_unique<Planner>(*state->parts);
  state->desk = make_desk(*state->planner);
  auto threads = static_cast<std::size_t>(config.threads);
  if (threads == 0) threads = std::max(1u, std::thread::hardware_concurrency());
  const auto has_room = check_open_files(threads);
  if (!has_room) return has_room.error();
  for (std::size_t i = 0; i < threads; ++i) {
    state->workers.push_back(std::make_unique<Worker>(*state->parts, *state->planner, *state->desk,
                                                      options.admin_on_main));
  }

  net::ServerOptions base;
  base.address = config.listen.ip();
  base.log = [&log = *state->parts->log](const std::string& id, const std::string& what) {
    log.error("connection_bug", {{"error_id", id}, {"what", what}});
  };
  base.max_connections = SIZE_MAX / 2;  // all listeners together have a limit: the admission's
  base.admission = state->parts->admission;
  auto main = base;
  main.port = config.listen.port;
  if (!options.has_own_tls_listener) main.tls = options.tls;
  const auto listening = listen_everywhere(state->workers, {false, main, &state->port});
  if (!listening) return listening.error();
  if (options.has_own_tls_listener) {
    auto tls = base;
    tls.tls = options.tls;
    tls.port = options.tls_port;
    const auto with_tls = listen_everywhere(state->workers, {false, tls, &state->tls_port});
    if (!with_tls) return with_tls.error();
  }
  if (!options.admin_on_main) {
    auto admin = base;
    admin.address = config.admin_listen.ip();
    admin.port = config.admin_listen.port;
    admin.admission = nullptr;  // the operator comes in when nobody else does
    admin.max_connections = kAdminConnections;
    const auto with_admin = listen_everywhere(state->workers, {true, admin, &state->admin_port});
    if (!with_admin) return with_admin.error();
  }
  // Before anybody is told that it listens: a signal may come at once.
  state->signals = std::make_unique<Signals>(state->workers.front()->context());
  const auto limited = limit_callers(*state->parts, threads);
  if (!limited) return limited.error();
  return std::unique_ptr<Gateway>(new Gateway(std::move(state)));
}

std::uint16_t Gateway::port() const { return state_->port; }
std::uint16_t Gateway::tls_port() const { return state_->tls_port; }
std::uint16_t Gateway::admin_port() const { return state_->admin_port; }
Parts& Gateway::parts() { return *state_->parts; }

std::vector<api::Router::Route> Gateway::routes() const {
  auto& doors = state_->workers.front()->doors();
  auto routes = doors.main().routes();
  const auto admin = doors.admin().routes();
  routes.insert(routes.end(), admin.begin(), admin.end());
  return routes;
}

int Gateway::run() {
  auto& workers = state_->workers;
  auto& parts = *state_->parts;
  const auto stop = [&] {
    if (!parts.is_ready.exchange(false)) ::_exit(130);  // asked twice
    parts.log->info("stopping");
    for (const auto& worker : workers) worker->stop();
  };
  const auto start_reload = [&] {
    if (!parts.is_ready) return;
    // What comes of it is in the log and the metrics.
    asio::co_spawn(workers.front()->context(), reload(parts), asio::detached);
  };
  state_->signals->listen({stop, start_reload});
  parts.is_ready = true;
  for (std::size_t i = 1; i < workers.size(); ++i) workers[i]->start();
  // Waiting for signals alone must not keep the first worker's loop going.
  const std::function<void()> release = [&] { state_->signals->cancel(); };
  workers.front()->run_here(release);
  for (const auto& worker : workers) worker->join();
  return 0;
}

}  // namespace callosum::app
