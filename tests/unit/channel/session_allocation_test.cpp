// Counts what a whole conversation's audio asks of the heap: a caller's socket, the session, the
// model's socket and back.
#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include "channel/realtime/realtime_channel.hpp"
#include "heap_count.hpp"
#include "net/client.hpp"
#include "net/queue_budget.hpp"
#include "net/server.hpp"
#include "provider/openai/openai_port.hpp"
#include "tool_world.hpp"

namespace callosum::channel {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using namespace std::chrono_literals;

/// One thread with everything on it: `/caller` is the gateway's door, `/model` the provider's.
class World final : public net::HttpHandler {
 public:
  World()
      : tools_({testing::make_tool("stock")}),
        executor_(context.get_executor(), {time, {}, audit_}),
        host_(time, random_, executor_, log_, metrics_),
        channel_(host_, slots_, budget_, [this](const net::HttpRequest&) { return plan(); }) {
    server_ = std::move(*net::make_server(context.get_executor(), time, *this, {}));
    asio::co_spawn(context, server_->run(), [](const std::exception_ptr&) {});
  }

  asio::awaitable<net::HttpResponse> handle(const net::HttpRequest&) override {
    co_return net::HttpResponse::text(404, "");
  }
  asio::awaitable<net::UpgradeDecision> upgrade(const net::HttpRequest& request) override {
    if (request.path() != "/model") co_return co_await channel_.upgrade(request);
    net::UpgradeDecision decision;
    decision.serve = [this](auto connection) { return keep(std::move(connection)); };
    co_return decision;
  }

  asio::awaitable<Result<std::unique_ptr<net::WsConnection>>> call() {
    net::WsConnectOptions options;
    options.url = url("/caller");
    const auto deadline = async::Deadline::after(time, 10s);
    auto connecting = net::connect_websocket(time, std::move(options), deadline);
    co_return co_await std::move(connecting);
  }

  void close() {
    model.reset();
    server_->stop(async::Deadline::after(time, 5s));
    context.restart();
    context.run();
  }

  async::SystemTime time;
  asio::io_context context{1};
  std::unique_ptr<net::WsConnection> model;  ///< the provider's end

 private:
  std::string url(const std::string& path) const {
    return "ws://127.0.0.1:" + std::to_string(server_->port()) + path;
  }
  asio::awaitable<void> keep(std::unique_ptr<net::WsConnection> connection) {
    model = std::move(connection);
    co_return;
  }
  asio::awaitable<Result<session::SessionPlan>> plan() {
    session::SessionPlan plan;
    plan.catalog = tools_.catalog;
    plan.start.context = tools_.context();
    auto& source = plan.start.models.emplace_back();
    source.offer =
        std::make_shared<session::ToolOffer>(json::array{}, std::vector<std::string>{"stock"});
    source.make = [this] {
      return provider::openai::make_openai_port({url("/model"), {}, "", nullptr, budget_}, time);
    };
    co_return plan;
  }

  testing::ToolWorld tools_;
  testing::MemoryAudit audit_;
  SeededRandom random_{7};
  telemetry::NullLog log_;
  telemetry::Metrics metrics_;
  pipeline::Executor executor_;
  session::SessionHost host_;
  session::SessionSlots slots_;
  std::shared_ptr<net::QueueBudget> budget_ = std::make_shared<net::QueueBudget>(1 << 20);
  RealtimeChannel channel_;
  std::unique_ptr<net::Server> server_;
};

/// A 20 ms audio event as each side sends it: 24 kHz PCM16 as base64 in its JSON.
std::string audio_event(const std::string& head, const std::string& key) {
  return R"({"type":")" + head + R"(",)" + key + R"(":")" + std::string(1'280, 'A') + "\"}";
}

asio::awaitable<bool> expect_to_hear(net::WsConnection& end, std::string_view event,
                                     async::TimeSource& time) {
  while (true) {
    const auto never = async::Deadline::none(time);
    const auto heard = co_await end.read(never);
    if (!heard) co_return false;
    if (heard->data == event) co_return true;  // else what opens the session
  }
}

asio::awaitable<bool> talk(World& w) {
  const auto called = co_await w.call();
  auto& caller = **called;
  const auto up = audio_event("input_audio_buffer.append", "\"audio");
  const auto down = audio_event(
      "response.output_audio.delta",
      R"("event_id":"e","response_id":"r","item_id":"i","output_index":0,"content_index":0,"delta)");
  constexpr int kWarmUp = 100;
  constexpr int kCounted = 500;
  const auto executor = co_await asio::this_coro::executor;
  while (!w.model) co_await asio::post(executor, asio::use_awaitable);
  for (int i = 0; i < kWarmUp + kCounted; ++i) {
    testing::heap_is_counted = i >= kWarmUp;
    caller.send(up, net::FrameKind::audio);
    const bool is_at_model = co_await expect_to_hear(*w.model, up, w.time);
    w.model->send(down, net::FrameKind::audio);
    const bool is_at_caller = co_await expect_to_hear(caller, down, w.time);
    if (!is_at_model || !is_at_caller) co_return false;
  }
  testing::heap_is_counted = false;
  co_return true;
}

TEST(SessionAllocation, AudioBothWaysAsksTheHeapForNothingInTheSteadyState) {
  World w;
  bool is_heard = false;
  std::exception_ptr failure;
  testing::heap_count = 0;

  asio::co_spawn(w.context, talk(w), [&](const std::exception_ptr& e, bool heard) {
    testing::heap_is_counted = false;
    failure = e;
    is_heard = heard;
    w.context.stop();
  });
  // In one go, as a worker does: what Asio keeps for reuse lives as long as its `run`.
  w.context.run();

  EXPECT_FALSE(failure);
  EXPECT_TRUE(is_heard);
  EXPECT_EQ(testing::heap_count, 0u);
  w.close();
}

}  // namespace
}  // namespace callosum::channel
