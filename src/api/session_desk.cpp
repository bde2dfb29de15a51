#include "api/session_desk.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "async/event.hpp"
#include "base/ids.hpp"

namespace callosum::api {

namespace asio = boost::asio;

Error no_such_session() {
  return fail(ErrorType::session_inactive,
              "there is no such live session of yours; start one, and name it by its id");
}

namespace {

/// Longer than any call has; for one whose thread has ended meanwhile.
constexpr std::chrono::seconds kPatience{30};

}  // namespace

/// One call, between the thread that waits for it and the one that runs it.
struct SessionDesk::Waiting {
  asio::any_io_executor thread;  ///< the waiting one
  // Touched by the waiting thread alone.
  async::Event* done = nullptr;  ///< null: nobody waits any more
  Answer answer;
  // Touched by the running thread alone.
  pipeline::Executor::Ticket ticket = 0;
  bool is_left = false;
};

void SessionDesk::begin(Place& place, pipeline::CallRequest request,
                        const std::shared_ptr<Waiting>& waiting) {
  auto context = std::make_shared<registry::CallContext>(*request.context);
  const auto now_ms = epoch_ms(time_.wall_now());
  context->turn = CallWindows::number_at(now_ms);
  request.calls = place.windows.lasting(context->session_id, now_ms);
  // Two writes without an id are one, within a window; two readings never are.
  const bool is_new = request.call.call_id.empty() && is_reading(request);
  if (is_new) request.call.call_id = make_id("call_", random_);
  request.context = std::move(context);
  pipeline::Executor::OnAnswer on_answer = [waiting](const pipeline::Executor::Answer& answer) {
    asio::post(waiting->thread, [waiting, answer] {
      waiting->answer = answer;
      if (waiting->done) waiting->done->set();
    });
  };
  waiting->ticket = place.executor.submit(std::move(request), std::move(on_answer));
}

asio::awaitable<Result<SessionDesk::Answer>> SessionDesk::run(auth::Principal principal,
                                                              SessionCall asked) {
  auto planning = plan_(std::move(principal), std::move(asked.ids));
  auto planned = co_await std::move(planning);
  if (!planned) co_return planned.error();
  const bool is_of_it = asked.tenant_id.empty() || asked.tenant_id == planned->context->tenant_id;
  if (!is_of_it) co_return no_such_session();
  planned->call = std::move(asked.call);
  auto running = run_there(std::move(*planned));
  auto answer = co_await std::move(running);
  co_return answer;
}

asio::awaitable<SessionDesk::Answer> SessionDesk::run_there(pipeline::CallRequest request) {
  const auto executor = co_await asio::this_coro::executor;
  async::Event done(executor);
  auto waiting = std::make_shared<Waiting>();
  waiting->thread = executor;
  waiting->done = &done;
  const std::hash<std::string> hash;
  auto& place = *places_[hash(request.context->session_id) % places_.size()];
  asio::post(place.thread, [this, &place, waiting, request = std::move(request)]() mutable {
    if (!waiting->is_left) begin(place, std::move(request), waiting);
  });
  struct LeaveOnUnwind {
    Place& place;
    const std::shared_ptr<Waiting>& waiting;
    ~LeaveOnUnwind() {
      waiting->done = nullptr;
      if (waiting->answer) return;
      asio::post(place.thread, [&place = place, waiting = waiting] {
        waiting->is_left = true;
        place.executor.forget(waiting->ticket);
      });
    }
  } const guard{place, waiting};
  const auto deadline = async::Deadline::after(time_, kPatience);
  co_await done.wait(deadline);
  if (waiting->answer) co_return waiting->answer;
  auto late = std::make_shared<registry::Envelope>();
  late->error = fail(ErrorType::timeout, "that took too long; it is not certain what came of it");
  co_return late;
}

}  // namespace callosum::api
