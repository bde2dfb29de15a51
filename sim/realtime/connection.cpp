#include "sim/realtime/connection.hpp"

#include <boost/asio/this_coro.hpp>

#include "async/task_group.hpp"

namespace callosum::sim {
namespace {

namespace asio = boost::asio;

/// Everything of one connection that its tasks share.
struct Served {
  Served(const Service& service, net::WsConnection& socket, const asio::any_io_executor& executor)
      : socket(socket),
        wire(service.world, service.dialect, socket, executor),
        timeline(executor, service.world.time),
        partner(service.make_partner(wire, timeline)) {}

  net::WsConnection& socket;
  Wire wire;
  Timeline timeline;
  std::unique_ptr<Partner> partner;
};

void expire(Wire& wire) {
  wire.note("expired_sessions");
  wire.send_error({{"type", "invalid_request_error"},
                   {"code", "session_expired"},
                   {"message", "Your session hit the maximum duration of 60 minutes."},
                   {"param", nullptr},
                   {"event_id", nullptr}});
  wire.end(
      {.manner = Manner::close, .code = 1001, .reason = "invalid_request_error.session_expired"});
}

asio::awaitable<void> read_events(Served& served) {
  auto& wire = served.wire;
  auto& time = wire.world().time;
  const auto end = async::Deadline::after(time, wire.script().session_length);
  while (!wire.is_hung()) {
    const auto message = co_await served.socket.read(end);
    if (!message && message.error().type == ErrorType::timeout) {
      expire(wire);
      break;
    }
    if (!message) co_return;
    if (wire.is_ending()) continue;
    if (message->is_binary) {
      served.partner->on_binary(message->data);
    } else {
      served.partner->on_text(message->data);
    }
  }
  const auto executor = co_await asio::this_coro::executor;
  async::Event never(executor);
  // One that hangs does so to the end of its session; else the closer ends the connection.
  const auto until = wire.is_hung() ? end : async::Deadline::none(time);
  co_await never.wait(until);
}

void record_end(Served& served) {
  auto& wire = served.wire;
  served.partner->end();
  auto& stats = wire.world().stats;
  const auto& close = served.socket.close_info();
  if (close) {
    stats.record_session(
        wire.name(), "closed",
        {{"code", close->code}, {"reason", close->reason}, {"by_peer", close->by_peer}});
  }
  wire.world().log.note(wire.name(), "disconnected", close ? std::to_string(close->code) : "");
}

asio::awaitable<void> converse(Served& served) {
  const auto executor = co_await asio::this_coro::executor;
  async::TaskGroup tasks(executor, served.wire.world().time);
  tasks.spawn("reader", read_events(served));
  tasks.spawn("timeline", served.timeline.run());
  tasks.spawn("closer", served.wire.close_when_told());
  served.partner->begin();
  co_await tasks.wait_any();
  tasks.cancel();
  co_await tasks.join();
}

asio::awaitable<void> turn_away(const Service& service, net::WsConnection& socket) {
  const auto executor = co_await asio::this_coro::executor;
  service.world.stats.count("refused_connections");
  Wire wire(service.world, service.dialect, socket, executor);
  wire.refuse(*service.refusal);
  wire.end({.manner = Manner::close,
            .code = service.close_code,
            .reason = service.refusal->type + "." + service.refusal->code});
  co_await wire.close_when_told();
}

/// Counts a connection as open for as long as it lives, however it ends.
class OpenCount {
 public:
  explicit OpenCount(Stats& stats) : stats_(stats) { stats_.count("open_connections"); }
  ~OpenCount() { stats_.count("open_connections", static_cast<std::uint64_t>(-1)); }

 private:
  Stats& stats_;
};

}  // namespace

asio::awaitable<void> serve_connection(Service service, std::unique_ptr<net::WsConnection> socket) {
  service.world.stats.count("connections");
  const OpenCount open(service.world.stats);
  if (service.refusal) {
    co_await turn_away(service, *socket);
    co_return;
  }
  const auto executor = co_await asio::this_coro::executor;
  Served served(service, *socket, executor);
  service.world.stats.record_session(served.wire.name(), "model", json::value(service.model));
  struct AtEnd {
    Served& served;
    ~AtEnd() { record_end(served); }
  } const at_end{served};
  co_await converse(served);
}

}  // namespace callosum::sim
