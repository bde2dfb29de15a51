#include "net/server.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <list>

#include "async/cancellation.hpp"
#include "async/event.hpp"
#include "async/task_group.hpp"
#include "async/with_deadline.hpp"
#include "net/server_connection.hpp"

namespace callosum::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {

constexpr std::size_t kMaxRefusing =
    64;  ///< connections that are being told that there are too many
constexpr std::chrono::milliseconds kAcceptPause{100};
constexpr std::chrono::seconds kHandshakeGrace{1};  ///< what each gets, however many there are

/// The running connections. Shared with their tasks, which may outlive a server whose context is
/// destroyed.
struct Registry {
  struct Entry {
    std::unique_ptr<ServerConnection> connection;
    std::optional<Admission::Ticket> ticket;
    asio::cancellation_signal cancel;
    SteadyTime since;
    std::list<Entry>* list = nullptr;  ///< the one it is in
  };
  using At = std::list<Entry>::iterator;

  explicit Registry(const asio::any_io_executor& executor) : changed(executor) {}

  std::size_t size() const { return greeting.size() + running.size(); }
  void move(At entry, std::list<Entry>& to) {
    to.splice(to.end(), *entry->list, entry);
    entry->list = &to;
  }

  async::Event changed;
  std::list<Entry> greeting;  ///< no request yet, the oldest first
  std::list<Entry> running;
  // co_spawn still looks at a signal after the completion handler: the next one clears these.
  std::list<Entry> ended;
};

class HttpServer final : public Server {
 public:
  HttpServer(tcp::acceptor acceptor, std::shared_ptr<ServerShared> shared)
      : acceptor_(std::move(acceptor)),
        shared_(std::move(shared)),
        stop_(acceptor_.get_executor()),
        stop_deadline_(async::Deadline::none(shared_->time)),
        registry_(std::make_shared<Registry>(acceptor_.get_executor())) {
    port_ = acceptor_.local_endpoint().port();
  }

  std::uint16_t port() const override { return port_; }
  asio::awaitable<void> run() override;
  void stop(async::Deadline deadline) override;
  std::size_t connections() const override { return registry_->size(); }
  std::uint64_t handler_failures() const override { return shared_->handler_failures; }

 private:
  asio::awaitable<void> accept();
  asio::awaitable<void> end_gracefully();
  asio::awaitable<void> join_connections();
  void admit(tcp::socket socket);
  AdmissionVerdict judge(const tcp::socket& socket, std::optional<Admission::Ticket>& ticket);
  void cut_slow_handshake();
  void cut_connections();

  tcp::acceptor acceptor_;
  std::shared_ptr<ServerShared> shared_;
  async::Event stop_;
  async::Deadline stop_deadline_;
  std::shared_ptr<Registry> registry_;
  std::uint16_t port_ = 0;
};

asio::awaitable<void> HttpServer::run() {
  async::TaskGroup tasks(acceptor_.get_executor(), shared_->time);
  tasks.spawn("accept", accept());
  tasks.spawn("stop", end_gracefully());
  co_await tasks.wait_all();  // stopped, or cancelled
  shared_->is_stopping = true;
  tasks.cancel();
  cut_connections();
  tasks.spawn("join", join_connections());
  co_await tasks.join();
}

void HttpServer::stop(async::Deadline deadline) {
  stop_deadline_ = stop_deadline_.sooner(deadline);
  shared_->is_stopping = true;
  error_code ignored;
  acceptor_.close(ignored);
  for (auto* list : {&registry_->greeting, &registry_->running}) {
    for (auto& entry : *list) entry.connection->end_if_waiting();
  }
  stop_.set();
  registry_->changed.set();
}

asio::awaitable<void> HttpServer::accept() {
  const auto executor = acceptor_.get_executor();
  while (!shared_->is_stopping) {
    tcp::socket socket(executor);
    const auto [error] =
        co_await acceptor_.async_accept(socket, asio::as_tuple(asio::use_awaitable));
    if (!error) {
      admit(std::move(socket));
      continue;
    }
    if (shared_->is_stopping) break;
    // Out of descriptors or memory: the next accept would fail at once, and the one after that.
    const auto pause = async::Deadline::after(shared_->time, kAcceptPause);
    co_await async::sleep_until(pause);
  }
}

AdmissionVerdict HttpServer::judge(const tcp::socket& socket,
                                   std::optional<Admission::Ticket>& ticket) {
  const std::size_t most = shared_->options.max_connections;
  if (registry_->size() >= most + kMaxRefusing) return AdmissionVerdict::no_answer;
  auto verdict = AdmissionVerdict::welcome;
  if (const auto& admission = shared_->options.admission) {
    error_code error;
    const auto peer = socket.remote_endpoint(error);
    if (error) return AdmissionVerdict::no_answer;  // gone already
    ticket.emplace(admission->enter(peer.address()));
    verdict = ticket->verdict();
  }
  const bool has_room = registry_->size() < most;
  return verdict == AdmissionVerdict::welcome && !has_room ? AdmissionVerdict::too_many : verdict;
}

void HttpServer::admit(tcp::socket socket) {
  auto& registry = *registry_;
  std::optional<Admission::Ticket> ticket;
  const auto verdict = judge(socket, ticket);
  if (verdict == AdmissionVerdict::no_answer) return;
  registry.ended.clear();
  cut_slow_handshake();
  const auto at = registry.greeting.emplace(registry.greeting.end());
  at->list = &registry.greeting;
  at->since = shared_->time.now();
  if (ticket) at->ticket.emplace(std::move(*ticket));
  auto on_request = [&registry, at] { registry.move(at, registry.running); };
  at->connection =
      std::make_unique<ServerConnection>(shared_, std::move(socket), std::move(on_request));
  auto work = verdict == AdmissionVerdict::welcome ? at->connection->run()
                                                   : at->connection->refuse(verdict);
  auto on_end = [shared = registry_, at](const std::exception_ptr&) {
    at->connection.reset();
    at->ticket.reset();
    shared->move(at, shared->ended);
    shared->changed.set();
  };
  asio::co_spawn(acceptor_.get_executor(), std::move(work),
                 asio::bind_cancellation_slot(at->cancel.slot(), std::move(on_end)));
}

void HttpServer::cut_slow_handshake() {
  auto& registry = *registry_;
  const auto& admission = shared_->options.admission;
  if (!admission || registry.greeting.size() < admission->limits().handshakes) return;
  const auto oldest = registry.greeting.begin();
  if (shared_->time.now() - oldest->since < kHandshakeGrace) return;
  registry.move(oldest, registry.running);  // it ends soon, and is not to be found again
  oldest->cancel.emit(asio::cancellation_type::terminal);
}

asio::awaitable<void> HttpServer::end_gracefully() {
  const auto never = async::Deadline::none(shared_->time);  // the server's life
  co_await stop_.wait(never);
  while (registry_->size() > 0 && !stop_deadline_.passed()) {
    registry_->changed.reset();
    co_await registry_->changed.wait(stop_deadline_);
  }
}

void HttpServer::cut_connections() {
  error_code ignored;
  acceptor_.close(ignored);
  registry_->running.splice(registry_->running.end(), registry_->greeting);
  for (auto& entry : registry_->running) entry.list = &registry_->running;
  // One that ends while its signal is emitted leaves the list.
  for (auto entry = registry_->running.begin(); entry != registry_->running.end();) {
    const auto at = entry++;
    at->cancel.emit(asio::cancellation_type::terminal);
  }
}

asio::awaitable<void> HttpServer::join_connections() {
  co_await async::shield();
  const auto never = async::Deadline::none(shared_->time);  // what was cancelled ends
  while (registry_->size() > 0) {
    registry_->changed.reset();
    co_await registry_->changed.wait(never);
  }
}

std::string describe(const ServerOptions& options) {
  const bool is_v6 = options.address.find(':') != std::string::npos;
  return (is_v6 ? "[" + options.address + "]" : options.address) + ":" +
         std::to_string(options.port);
}

Error listen_error(const ServerOptions& options, error_code error) {
  const std::string where = "cannot listen on " + describe(options) + ": ";
  if (error == asio::error::address_in_use) {
    return fail(ErrorType::permanent, where +
                                          "the port is in use; stop what holds it or choose "
                                          "another with --listen");
  }
  if (error == asio::error::access_denied) {
    return fail(
        ErrorType::permanent,
        where + "not allowed; ports below 1024 need more rights, choose another with --listen");
  }
  if (error == boost::system::errc::address_not_available) {
    return fail(ErrorType::permanent, where + "this machine has no such address");
  }
  return fail(ErrorType::permanent, where + error.message());
}

Result<tcp::acceptor> listen_on(const asio::any_io_executor& executor,
                                const ServerOptions& options) {
  error_code error;
  const auto address = asio::ip::make_address(options.address, error);
  if (error) {
    return fail(ErrorType::validation,
                "cannot listen on " + describe(options) + ": not an IP address");
  }
  const tcp::endpoint endpoint(address, options.port);
  tcp::acceptor acceptor(executor);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error && options.reuse_port) {
    using reuse_port = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;
    acceptor.set_option(reuse_port(true), error);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(tcp::acceptor::max_listen_connections, error);
  if (error) return listen_error(options, error);
  return acceptor;
}

}  // namespace

Result<std::unique_ptr<Server>> make_server(asio::any_io_executor executor, async::TimeSource& time,
                                            HttpHandler& handler, const ServerOptions& options) {
  auto acceptor = listen_on(executor, options);
  if (!acceptor) return acceptor.error();
  auto shared = std::make_shared<ServerShared>(handler, time, options);
  std::unique_ptr<Server> server =
      std::make_unique<HttpServer>(std::move(*acceptor), std::move(shared));
  return server;
}

}  // namespace callosum::net
