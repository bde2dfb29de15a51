#include "sim/gemini/connection.hpp"

#include <algorithm>
#include <boost/asio/this_coro.hpp>

#include "async/task_group.hpp"

namespace callosum::sim::gemini {
namespace {

namespace asio = boost::asio;

/// Everything of one connection that its tasks share.
struct Served {
  Served(World& world, net::WsConnection& socket, const asio::any_io_executor& executor,
         Admission admission)
      : socket(socket),
        wire(world, socket, executor),
        timeline(executor, world.time),
        dialogue(wire, timeline, std::move(admission)) {}

  net::WsConnection& socket;
  Wire wire;
  Timeline timeline;
  Dialogue dialogue;
};

asio::awaitable<void> read_messages(Served& served) {
  auto& wire = served.wire;
  const auto never = async::Deadline::none(wire.world().time);  // the closer or the peer ends it
  while (!wire.is_hung()) {
    const auto message = co_await served.socket.read(never);
    if (!message) co_return;
    if (wire.is_ending()) continue;
    if (message->is_binary) wire.note("text_as_binary");
    served.dialogue.on_frame(message->data);
  }
  const auto executor = co_await asio::this_coro::executor;
  async::Event hung(executor);
  // One that hangs does so for as long as a connection lives.
  const auto end = async::Deadline::after(wire.world().time, wire.script().connection_length);
  co_await hung.wait(end);
}

/// Connections are closed after some minutes, with a warning before.
void plan_end(Served& served) {
  auto& wire = served.wire;
  const auto length = wire.script().connection_length;
  const auto left = std::min(wire.script().go_away_before, length);
  served.timeline.after(length - left, [&served, left] {
    say_go_away(served.wire, served.timeline, left, {Manner::close, 1001, ""});
  });
}

void record_end(Served& served) {
  auto& wire = served.wire;
  served.dialogue.end();
  const auto& close = served.socket.close_info();
  if (close) {
    wire.world().stats.record_session(
        wire.name(), "closed",
        {{"code", close->code}, {"reason", close->reason}, {"by_peer", close->by_peer}});
  }
  wire.world().log.note(wire.name(), "disconnected", close ? std::to_string(close->code) : "");
}

asio::awaitable<void> converse(Served& served) {
  const auto executor = co_await asio::this_coro::executor;
  async::TaskGroup tasks(executor, served.wire.world().time);
  tasks.spawn("reader", read_messages(served));
  tasks.spawn("timeline", served.timeline.run());
  tasks.spawn("closer", served.wire.close_when_told());
  plan_end(served);
  co_await tasks.wait_any();
  tasks.cancel();
  co_await tasks.join();
}

asio::awaitable<void> turn_away(World& world, net::WsConnection& socket, Complaint why) {
  const auto executor = co_await asio::this_coro::executor;
  world.stats.count("refused_connections");
  Wire wire(world, socket, executor);
  wire.note("refusals", why.detail);
  wire.end({.manner = Manner::close, .code = why.code, .reason = why.reason});
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

asio::awaitable<void> serve_connection(World& world, std::unique_ptr<net::WsConnection> socket,
                                       Admission admission) {
  world.stats.count("connections");
  const OpenCount open(world.stats);
  if (admission.refusal) {
    co_await turn_away(world, *socket, *admission.refusal);
    co_return;
  }
  const auto executor = co_await asio::this_coro::executor;
  Served served(world, *socket, executor, std::move(admission));
  struct AtEnd {
    Served& served;
    ~AtEnd() { record_end(served); }
  } const at_end{served};
  co_await converse(served);
}

}  // namespace callosum::sim::gemini
