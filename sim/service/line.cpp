#include "sim/service/line.hpp"

#include <boost/asio/this_coro.hpp>
#include <boost/json/serialize.hpp>

#include "async/task_group.hpp"
#include "base/ids.hpp"

namespace callosum::sim {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::seconds kGoodbye{2};
constexpr std::chrono::hours kLongest{1};

}  // namespace

std::string ServiceWorld::make_uuid() const { return make_uuid7(time, random); }

ServiceLine::ServiceLine(ServiceWorld& world, net::WsConnection& socket,
                         const asio::any_io_executor& executor)
    : world_(world),
      socket_(socket),
      timeline_(executor, world.time),
      number_(++world.connections),
      name_("c" + std::to_string(number_)),
      told_(executor) {}

void ServiceLine::send(const json::object& event) {
  if (ending_) return;
  world_.log.event(name_, "out", event);
  world_.records.count("events_out");
  if (!socket_.send(json::serialize(event))) end({.manner = Manner::eof});
}

void ServiceLine::send_binary(std::string_view bytes) {
  if (ending_) return;
  world_.records.count("binary_out");
  if (!socket_.send_binary(bytes, net::FrameKind::control)) end({.manner = Manner::eof});
}

void ServiceLine::note(std::string_view counter, std::string_view detail) {
  world_.records.count(counter);
  world_.log.note(name_, counter, detail);
}

void ServiceLine::end(Disconnect how) {
  if (ending_) return;
  ending_ = std::move(how);
  told_.set();
}

asio::awaitable<void> ServiceLine::close_when_told() {
  const auto never = async::Deadline::none(world_.time);  // the connection's end cancels this
  co_await told_.wait(never);
  if (ending_->manner == Manner::hang) {
    told_.reset();
    co_await told_.wait(never);
  }
  if (ending_->manner == Manner::close) {
    const auto deadline = async::Deadline::after(world_.time, kGoodbye);
    co_await socket_.close(ending_->code, ending_->reason, deadline);
  } else if (ending_->manner == Manner::reset) {
    socket_.reset();
  } else {
    socket_.abort();
  }
}

namespace {

struct Served {
  Served(ServiceWorld& world, const MakePartner& make, net::WsConnection& connection,
         const asio::any_io_executor& executor)
      : socket(connection), line(world, connection, executor), partner(make(line)) {}

  net::WsConnection& socket;
  ServiceLine line;
  std::unique_ptr<ServicePartner> partner;
};

asio::awaitable<void> read_messages(Served& served) {
  auto& time = served.line.world().time;
  const auto end = async::Deadline::after(time, kLongest);
  while (!served.line.is_hung()) {
    const auto message = co_await served.socket.read(end);
    if (!message) co_return;
    if (served.line.is_ending()) continue;
    if (message->is_binary) {
      served.partner->on_binary(message->data);
    } else {
      served.partner->on_text(message->data);
    }
  }
  const auto executor = co_await asio::this_coro::executor;
  async::Event never(executor);
  co_await never.wait(end);
}

void record_end(Served& served) {
  served.partner->end();
  auto& records = served.line.world().records;
  records.count("open_connections", static_cast<std::uint64_t>(-1));
  const auto& close = served.socket.close_info();
  if (!close) return;
  records.record("closed", {{"connection", served.line.name()},
                            {"code", close->code},
                            {"reason", close->reason},
                            {"by_peer", close->by_peer}});
}

asio::awaitable<void> converse(Served& served) {
  const auto executor = co_await asio::this_coro::executor;
  async::TaskGroup tasks(executor, served.line.world().time);
  tasks.spawn("reader", read_messages(served));
  tasks.spawn("timeline", served.line.run_timeline());
  tasks.spawn("closer", served.line.close_when_told());
  served.partner->begin();
  co_await tasks.wait_any();
  tasks.cancel();
  co_await tasks.join();
}

}  // namespace

asio::awaitable<void> serve_line(ServiceWorld& world, MakePartner make,
                                 std::unique_ptr<net::WsConnection> socket) {
  const auto executor = co_await asio::this_coro::executor;
  world.records.count("connections");
  world.records.count("open_connections");
  Served served(world, make, *socket, executor);
  struct AtEnd {
    Served& served;
    ~AtEnd() { record_end(served); }
  } const at_end{served};
  co_await converse(served);
}

net::WsLimits service_limits() {
  net::WsLimits limits;
  limits.max_message_bytes = 4 << 20;
  limits.max_queued_bytes = 64u << 20;
  return limits;
}

}  // namespace callosum::sim
