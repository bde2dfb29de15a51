#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>

#include "session/session.hpp"
#include "session/session_slots.hpp"

namespace callosum::session {

/// Everything a session is begun with, as the composition root plans it for one caller.
struct SessionPlan {
  SessionSlot slot;  ///< kept until the conversation has ended
  SessionStart start;
  std::shared_ptr<const pipeline::Catalog> catalog;
};

/// The live sessions of one thread. A session's frame is its caller's; the host knows them and can
/// end them.
class SessionHost {
 public:
  SessionHost(async::TimeSource& time, Random& random, pipeline::Executor& executor,
              telemetry::Log& log, telemetry::Metrics& metrics);
  /// Where the sessions from now on are written down.
  void keep_records(SessionRecords& records) { records_ = &records; }
  /// Where the callers of the sessions from now on confirm things.
  void keep_confirmations(pipeline::ConfirmationAnswers& answers) { confirmations_ = &answers; }

  /// Who knows what the sessions from now on have loaded.
  void keep_loading(LoadBook& book) { loading_ = &book; }
  /// Who knows how long tools usually take.
  void keep_times(UsualTimes& times) { usual_times_ = &times; }

  /// One conversation from join to end.
  boost::asio::awaitable<void> serve(std::shared_ptr<SessionPlan> plan,
                                     std::unique_ptr<CallerLink> caller);
  /// Null: there is no such session on this thread.
  Session* find(std::string_view id) const;
  std::size_t live() const { return sessions_.size(); }
  void stop();  ///< tells every session to say goodbye

 private:
  async::TimeSource& time_;
  Random& random_;
  pipeline::Executor& executor_;
  telemetry::Log& log_;
  telemetry::Metrics& metrics_;
  telemetry::Gauge live_sessions_;
  SessionRecords* records_ = nullptr;
  pipeline::ConfirmationAnswers* confirmations_ = nullptr;
  LoadBook* loading_ = nullptr;
  UsualTimes* usual_times_ = nullptr;
  std::list<Session*> sessions_;
};

}  // namespace callosum::session
