// Which provider a session talks to: the first that can be had, and another where one is lost.
#include "async/task_group.hpp"
#include "async/with_deadline.hpp"
#include "session/session.hpp"

namespace callosum::session {

namespace asio = boost::asio;
using namespace std::chrono_literals;

/// At the start: each is asked once.
asio::awaitable<Result<void>> Session::open_first_model() {
  SourceSearch search(sources_.size());
  auto why = fail(ErrorType::permanent, "no provider is configured");
  while (const auto next = next_source(search)) {
    move_to(*next);
    auto opened = co_await open_model();
    if (opened) co_return Result<void>{};
    why = opened.error();
    on_source_failed(why);
  }
  co_return why;
}

std::optional<std::size_t> Session::next_source(SourceSearch& search) const {
  const auto now = parts_.time.now();
  return search.next([&](std::size_t i) {
    const auto& breaker = sources_[i].breaker;
    return breaker && breaker->is_resting(now);
  });
}

/// What was said to another provider in its own words is said in this one's.
void Session::move_to(std::size_t next) {
  if (next == source_) return;
  source_ = next;
  ++moves_;
  view_.move_to(source());
  resumption_.clear();
  seen_calls_ = RecentIds(64);  // this one names its calls as it likes
}

void Session::on_source_failed(const Error& why) {
  parts_.log.warn("provider_failed", {{"session_id", id()},
                                      {"provider", context_->provider},
                                      {"type", to_string(why.type)},
                                      {"message", why.message},
                                      {"detail", why.detail}});
  const auto& breaker = source().breaker;
  if (!breaker || !breaker->on_failed(why.type, parts_.time.now())) return;
  parts_.log.warn("provider_rests",
                  {{"provider", context_->provider}, {"seconds", breaker->rest().count()}});
}

/// The first word of a new connection that is not a refusal.
void Session::on_source_serves() {
  if (std::exchange(is_served_, true)) return;
  if (source().breaker) source().breaker->on_served();
}

/// A connection has begun, to whichever provider.
void Session::note_failover() {
  if (source_ == connected_source_) return;
  const auto& from = sources_[connected_source_].name;
  connected_source_ = source_;
  parts_.metrics.provider_failovers(from, source().name).add();
  parts_.log.warn("provider_failover",
                  {{"session_id", id()}, {"from", from}, {"to", source().name}});
  note(storage::SessionState::live);
  failover_ = "from " + from + " to " + source().name;
  if (said_created_) tell_failover();
}

void Session::tell_failover() {
  if (failover_.empty()) return;
  tell_timeline("failover", "", "", std::exchange(failover_, {}), "");
}

}  // namespace callosum::session
