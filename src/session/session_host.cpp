#include "session/session_host.hpp"

namespace callosum::session {

SessionHost::SessionHost(async::TimeSource& time, Random& random, pipeline::Executor& executor,
                         telemetry::Log& log, std::function<void(int)> on_count)
    : time_(time),
      random_(random),
      executor_(executor),
      log_(log),
      on_count_(std::move(on_count)) {}

boost::asio::awaitable<void> SessionHost::serve(SessionPlan plan,
                                                std::unique_ptr<CallerLink> caller) {
  SessionParts parts{time_, random_, executor_, log_, plan.catalog, std::move(plan.make_model)};
  Session session(std::move(parts), std::move(plan.start), std::move(caller));
  struct Listed {
    SessionHost& host;
    std::list<Session*>::iterator at;
    ~Listed() {
      host.sessions_.erase(at);
      host.on_count_(-1);
    }
  } const listed{*this, sessions_.insert(sessions_.end(), &session)};
  on_count_(1);

  const auto start = time_.now();
  log_.info("session_started", {{"session_id", session.id()}});
  co_await session.run();
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(time_.now() - start);
  log_.info("session_ended", {{"session_id", session.id()}, {"duration_ms", took.count()}});
}

void SessionHost::stop() {
  for (auto* session : sessions_) session->stop();
}

}  // namespace callosum::session
