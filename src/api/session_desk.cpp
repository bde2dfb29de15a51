#include "api/session_desk.hpp"

#include <array>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "async/event.hpp"
#include "base/encoding.hpp"
#include "base/ids.hpp"
#include "registry/loaded_set.hpp"

namespace callosum::api {

namespace asio = boost::asio;

Error no_such_session() {
  return fail(ErrorType::session_inactive,
              "there is no such live session of yours; start one, and name it by its id");
}

namespace {

/// Longer than any call has; for one whose thread has ended meanwhile.
constexpr std::chrono::seconds kPatience{30};

/// An earlier set is no way to the account that was selected before, nor around what a program has
/// narrowed since.
bool may_go_back(const registry::LoadedSet& now, const registry::LoadedSet& then) {
  return then.account == now.account &&
         (now.narrowed_to.empty() || then.narrowed_to == now.narrowed_to);
}

std::string alone_key(const registry::CallContext& context) {
  return context.subject + "\n" + context.tenant_id;
}

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

void SessionDesk::admit_of_session(Place& place, pipeline::CallRequest& request) {
  auto context = std::make_shared<registry::CallContext>(*request.context);
  const auto now_ms = epoch_ms(time_.wall_now());
  context->turn = CallWindows::number_at(now_ms);
  request.calls = place.windows.lasting(context->session_id, now_ms);
  // Two writes without an id are one, within a window; two readings never are.
  const bool is_new = request.call.call_id.empty() && is_reading(request);
  if (is_new) request.call.call_id = make_id("call_", random_);
  request.context = std::move(context);
}

void SessionDesk::admit_alone(Place& place, pipeline::CallRequest& request) {
  auto context = std::make_shared<registry::CallContext>(*request.context);
  const auto now_ms = epoch_ms(time_.wall_now());
  context->turn = CallWindows::number_at(now_ms);
  request.calls = place.alone.fresh(alone_key(*context), now_ms);
  auto& id = request.call.call_id;
  if (is_reading(request)) {
    // What the user has confirmed elsewhere is for the call that comes next.
    const auto* tool = request.catalog->snapshot()->find(request.call.name);
    const bool is_confirmed = tool && tool->confirmation == registry::Confirmation::strong;
    if (is_confirmed) context->session_id = "http:" + context->subject;
  }
  if (id.empty() || is_reading(request)) {
    // Two of one id are one proposal, but never one reading.
    id = make_id("call_", random_);
  } else {
    // A conversation of its own: known by its id however late it comes again, while the same act
    // under another id is another one.
    const std::array<std::string_view, 1> of{id};
    context->session_id = "http:" + context->subject + ":" + blake2b_hex(of).substr(0, 16);
  }
  request.context = std::move(context);
}

void SessionDesk::submit(Place& place, pipeline::CallRequest request,
                         const std::shared_ptr<Waiting>& waiting) {
  // That of a call which stands alone is no live session's.
  const auto session_id = request.context->session_id;
  const auto* tool = request.catalog->snapshot()->find(request.call.name);
  const bool reads_strangers = tool && tool->untrusted && is_reading(request);
  auto calls = reads_strangers ? request.calls : nullptr;
  pipeline::Executor::OnAnswer on_answer = [this, waiting, session_id,
                                            calls](const pipeline::Executor::Answer& answer) {
    if (calls && answer->ok()) {
      // The model has it from now on, and the windows know nothing of its turns.
      calls->facts().untrusted.came_in(CallWindows::number_at(epoch_ms(time_.wall_now())) + 1);
    }
    if (ways_.on_intents && answer->ok() && !answer->intents.empty()) {
      ways_.on_intents(session_id, answer);
    }
    asio::post(waiting->thread, [waiting, answer] {
      waiting->answer = answer;
      if (waiting->done) waiting->done->set();
    });
  };
  waiting->ticket = place.executor.submit(std::move(request), std::move(on_answer));
}

void SessionDesk::take_epoch(pipeline::CallRequest& request, std::uint64_t epoch) const {
  const auto& now = *request.context;
  if (!now.loaded || epoch == now.epoch) return;
  auto then = ways_.find_loaded ? ways_.find_loaded(now.session_id, epoch) : nullptr;
  auto context = std::make_shared<registry::CallContext>(now);
  context->epoch = epoch;  // of no set: the gate refuses it
  if (then && may_go_back(*now.loaded, *then)) {
    context->mode = then->mode;
    context->account = then->account;
    context->loaded = std::move(then);
  }
  request.context = std::move(context);
}

asio::awaitable<Result<SessionDesk::Answer>> SessionDesk::run(auth::Principal principal,
                                                              SessionCall asked) {
  auto planning = ways_.plan(std::move(principal), std::move(asked.ids));
  auto planned = co_await std::move(planning);
  if (!planned) co_return planned.error();
  const bool is_of_it = asked.tenant_id.empty() || asked.tenant_id == planned->context->tenant_id;
  if (!is_of_it) co_return no_such_session();
  planned->call = std::move(asked.call);
  if (asked.epoch) take_epoch(*planned, *asked.epoch);
  auto& place = place_of(planned->context->session_id);
  auto running = run_there(place, &SessionDesk::admit_of_session, std::move(*planned));
  auto answer = co_await std::move(running);
  co_return answer;
}

asio::awaitable<SessionDesk::Answer> SessionDesk::run_alone(pipeline::CallRequest request) {
  auto& place = place_of(alone_key(*request.context));
  return run_there(place, &SessionDesk::admit_alone, std::move(request));
}

SessionDesk::Place& SessionDesk::place_of(const std::string& whose) {
  return *places_[std::hash<std::string>()(whose) % places_.size()];
}

asio::awaitable<SessionDesk::Answer> SessionDesk::run_there(Place& place, Admit admit,
                                                            pipeline::CallRequest request) {
  const auto executor = co_await asio::this_coro::executor;
  async::Event done(executor);
  auto waiting = std::make_shared<Waiting>();
  waiting->thread = executor;
  waiting->done = &done;
  asio::post(place.thread, [this, &place, admit, waiting, request = std::move(request)]() mutable {
    if (waiting->is_left) return;
    (this->*admit)(place, request);
    submit(place, std::move(request), waiting);
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
