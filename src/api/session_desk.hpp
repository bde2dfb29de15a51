#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/auth/principal.hpp"
#include "api/call_windows.hpp"
#include "async/time_source.hpp"
#include "base/random.hpp"
#include "pipeline/executor.hpp"

namespace callosum::api {

/// SESSION_INACTIVE: the same for a session that never was, one that has ended and somebody else's.
Error no_such_session();

/// A call that names the live session it belongs to.
struct SessionCall {
  std::vector<std::string> ids;  ///< of the session, or its provider's; all of the same one
  std::string tenant_id;         ///< the one that the session must be of; empty: any of theirs
  registry::ToolCall call;
  std::optional<std::uint64_t> epoch{};  ///< that its program says it was issued in; never a model
};

/// Where calls over HTTP are run: those of one live session, and those of one principal that name
/// none, on one thread, whichever of them took the request, so that what has been seen, spent and
/// answered is one. Shared by all threads.
class SessionDesk {
 public:
  /// The call but for its own words. SESSION_INACTIVE, or VALIDATION where the ids name two.
  using PlanCall = std::function<boost::asio::awaitable<Result<pipeline::CallRequest>>(
      auth::Principal principal, std::vector<std::string> ids)>;
  /// What the session had loaded in that epoch; null: nobody knows any more.
  using FindLoaded = std::function<std::shared_ptr<const registry::LoadedSet>(
      const std::string& session_id, std::uint64_t epoch)>;
  /// Never null.
  using Answer = std::shared_ptr<const registry::Envelope>;

  /// Told of what a call of a live session asks of that session, on the thread that ran it.
  using OnIntents = std::function<void(const std::string& session_id, const Answer& answer)>;

  struct Ways {
    PlanCall plan;
    OnIntents on_intents;
    FindLoaded find_loaded;
  };
  SessionDesk(async::TimeSource& time, Random& random, Ways ways)
      : time_(time), random_(random), ways_(std::move(ways)) {}

  /// One thread, its executor, and what is remembered there. Belongs to that thread's owner.
  struct Place {
    boost::asio::any_io_executor thread;
    pipeline::Executor& executor;
    CallWindows windows{1024};  ///< of sessions
    CallWindows alone{1024};    ///< of principals whose calls stand alone
  };
  /// All of them before the first call; none of them goes before the last.
  void add(Place& place) { places_.push_back(&place); }
  /// On the session's thread; the answer comes back to the one that waits. Whoever stops waiting
  /// leaves the call to end as its tool declares.
  boost::asio::awaitable<Result<Answer>> run(auth::Principal principal, SessionCall asked);
  /// A planned call of no session, likewise: what a principal spends at a tenant in ten seconds is
  /// counted on one thread.
  boost::asio::awaitable<Answer> run_alone(pipeline::CallRequest request);

 private:
  struct Waiting;

  /// The call is judged by what was loaded in that epoch, where it takes nothing from it that it
  /// could not have now; else by none, which is NOT_LOADED.
  void take_epoch(pipeline::CallRequest& request, std::uint64_t epoch) const;

  /// What makes a planned call one of the place's; on its thread.
  using Admit = void (SessionDesk::*)(Place&, pipeline::CallRequest&);
  void admit_of_session(Place& place, pipeline::CallRequest& request);
  void admit_alone(Place& place, pipeline::CallRequest& request);
  Place& place_of(const std::string& whose);
  boost::asio::awaitable<Answer> run_there(Place& place, Admit admit,
                                           pipeline::CallRequest request);
  void submit(Place& place, pipeline::CallRequest request, const std::shared_ptr<Waiting>& waiting);

  async::TimeSource& time_;
  Random& random_;
  const Ways ways_;
  std::vector<Place*> places_;
};

}  // namespace callosum::api
