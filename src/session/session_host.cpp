#include "session/session_host.hpp"

#include <algorithm>

namespace callosum::session {

SessionHost::SessionHost(async::TimeSource& time, Random& random, pipeline::Executor& executor,
                         telemetry::Log& log, telemetry::Metrics& metrics)
    : time_(time),
      random_(random),
      executor_(executor),
      log_(log),
      metrics_(metrics),
      live_sessions_(metrics.sessions()) {}

boost::asio::awaitable<void> SessionHost::serve(std::shared_ptr<SessionPlan> plan,
                                                std::unique_ptr<CallerLink> caller) {
  const auto slot = std::move(plan->slot);
  SessionParts parts{
      time_,    random_,        executor_, log_,        metrics_, std::move(plan->catalog),
      records_, confirmations_, loading_,  usual_times_};
  Session session(std::move(parts), std::move(plan->start), std::move(caller));
  plan.reset();  // a frame lives as long as its conversation
  struct Listed {
    SessionHost& host;
    std::list<Session*>::iterator at;
    ~Listed() {
      host.sessions_.erase(at);
      host.live_sessions_.add(-1);
    }
  } const listed{*this, sessions_.insert(sessions_.end(), &session)};
  live_sessions_.add(1);

  const auto start = time_.now();
  log_.info("session_started", {{"session_id", session.id()}});
  co_await session.run();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(time_.now() - start);
  log_.info("session_ended", {{"session_id", session.id()},
                              {"duration_ms", took.count()},
                              {"close_code", session.close_code()}});
}

Session* SessionHost::find(std::string_view id) const {
  const auto at = std::find_if(sessions_.begin(), sessions_.end(),
                               [&](const Session* session) { return session->id() == id; });
  return at == sessions_.end() ? nullptr : *at;
}

void SessionHost::stop() {
  for (auto* session : sessions_) session->stop();
}

}  // namespace callosum::session
