#include "session/session_store.hpp"

#include <algorithm>
#include <utility>

#include "storage/row_keeper.hpp"

namespace callosum::session {

namespace asio = boost::asio;
using storage::RealtimeSession;
using storage::SessionState;

namespace {

constexpr std::size_t kMaxWaiting = 65'536;
constexpr std::size_t kMaxIdBytes = 256;

/// What `newer` says, and what it leaves unsaid.
void merge(RealtimeSession& older, RealtimeSession newer) {
  const bool is_over = older.state == SessionState::ended;
  if (newer.resumed < older.resumed || (is_over && newer.resumed == older.resumed)) return;
  if (newer.provider_session_id.empty()) {
    newer.provider_session_id = std::move(older.provider_session_id);
  }
  newer.created_at_ms = older.created_at_ms;
  older = std::move(newer);
}

/// The session's own id names it; one of a provider's only where it is that of no other.
SessionStore::Found choose(std::vector<RealtimeSession> live, const std::string& id) {
  std::erase_if(live, [](const auto& session) { return session.state == SessionState::ended; });
  for (auto& session : live) {
    if (session.id == id) return std::move(session);
  }
  if (live.size() != 1) return std::nullopt;
  return std::move(live.front());
}

storage::RowWays<RealtimeSession> ways() {
  return {.what = "sessions",
          .most_waiting = kMaxWaiting,
          .key = [](const RealtimeSession& session) -> const std::string& { return session.id; },
          .merge = merge,
          .save = [](storage::sqlite::Connection& connection, const RealtimeSession& session,
                     telemetry::Log&) { return storage::save_session(connection, session); }};
}

}  // namespace

Result<std::unique_ptr<SessionStore>> SessionStore::open(storage::Database& database,
                                                         telemetry::Log& log) {
  auto keeper = Keeper::open(database, log, ways());
  if (!keeper) return keeper.error();
  return std::unique_ptr<SessionStore>(new SessionStore(database, std::move(*keeper)));
}

SessionStore::SessionStore(storage::Database& database, std::unique_ptr<Keeper> keeper)
    : database_(database), keeper_(std::move(keeper)) {}

SessionStore::~SessionStore() = default;

void SessionStore::note(RealtimeSession session) { keeper_->note(std::move(session)); }

asio::awaitable<Result<SessionStore::Found>> SessionStore::find_live(std::string id,
                                                                     std::string subject,
                                                                     async::Deadline deadline) {
  if (id.empty() || id.size() > kMaxIdBytes) co_return Found();
  using Sessions = std::vector<RealtimeSession>;
  std::function<Result<Sessions>(storage::sqlite::Connection&)> work =
      [id, subject](storage::sqlite::Connection& c) {
        return storage::find_live_sessions(c, id, subject);
      };
  // Looked at before the disk as well: what is written between the two would be in neither.
  Sessions found;
  lay_over(found, id, subject);
  auto pending = database_.read<Sessions>(deadline, std::move(work));
  auto kept = co_await std::move(pending);
  if (!kept) co_return kept.error();
  for (auto& session : *kept) {
    const bool is_known = std::any_of(found.begin(), found.end(),
                                      [&](const auto& one) { return one.id == session.id; });
    if (!is_known) found.push_back(std::move(session));
  }
  lay_over(found, id, subject);
  co_return choose(std::move(found), id);
}

asio::awaitable<Result<SessionStore::Found>> SessionStore::find_own(std::string id,
                                                                    std::string subject,
                                                                    async::Deadline deadline) {
  if (id.empty() || id.size() > kMaxIdBytes) co_return Found();
  std::function<Result<Found>(storage::sqlite::Connection&)> work =
      [id, subject](storage::sqlite::Connection& c) {
        return storage::find_own_session(c, id, subject);
      };
  std::vector<RealtimeSession> found;
  lay_over(found, id, subject);
  auto pending = database_.read<Found>(deadline, std::move(work));
  auto kept = co_await std::move(pending);
  if (!kept) co_return kept.error();
  if (found.empty() && *kept) found.push_back(std::move(**kept));
  lay_over(found, id, subject);
  for (auto& session : found) {
    if (session.id == id) co_return Found(std::move(session));
  }
  co_return Found();
}

void SessionStore::lay_over(std::vector<RealtimeSession>& found, const std::string& id,
                            const std::string& subject) const {
  keeper_->look_at_pending([&](const auto& rows) {
    for (const auto& [row_id, row] : rows) {
      const auto at = std::find_if(found.begin(), found.end(),
                                   [&](const auto& session) { return session.id == row_id; });
      if (at != found.end()) {
        merge(*at, row);
        continue;
      }
      const bool is_named = row_id == id || row.provider_session_id == id;
      if (is_named && row.subject == subject) found.push_back(row);
    }
  });
}

}  // namespace callosum::session
