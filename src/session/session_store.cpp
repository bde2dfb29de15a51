#include "session/session_store.hpp"

#include <algorithm>
#include <utility>

#include "storage/database.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::session {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using storage::RealtimeSession;
using storage::SessionState;

namespace {

/// Sessions whose rows may wait while the database cannot be written. Beyond it rows are lost,
/// counted and said.
constexpr std::size_t kMaxWaiting = 65'536;
constexpr std::size_t kMaxIdBytes = 256;
constexpr auto kGather = 50ms;
constexpr auto kRetry = 1s;

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

}  // namespace

Result<std::unique_ptr<SessionStore>> SessionStore::open(storage::Database& database,
                                                         telemetry::Log& log) {
  auto connection = storage::sqlite::Connection::open({.path = database.options().path});
  if (!connection) return connection.error();
  return std::unique_ptr<SessionStore>(new SessionStore(database, std::move(*connection), log));
}

SessionStore::SessionStore(storage::Database& database,
                           std::unique_ptr<storage::sqlite::Connection> connection,
                           telemetry::Log& log)
    : database_(database),
      connection_(std::move(connection)),
      log_(log),
      thread_([this] { run(); }) {}

SessionStore::~SessionStore() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void SessionStore::note(RealtimeSession session) {
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    is_first = waiting_.empty();
    const auto known = waiting_.find(session.id);
    if (known != waiting_.end()) {
      merge(known->second, std::move(session));
    } else if (waiting_.size() >= kMaxWaiting) {
      ++lost_;
    } else {
      const auto id = session.id;
      waiting_.emplace(id, std::move(session));
    }
  }
  if (is_first) changed_.notify_one();
}

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
  const std::lock_guard lock(mutex_);
  for (const auto* rows : {&writing_, &waiting_}) {
    for (const auto& [row_id, row] : *rows) {
      const auto at = std::find_if(found.begin(), found.end(),
                                   [&](const auto& session) { return session.id == row.id; });
      if (at != found.end()) {
        merge(*at, row);
        continue;
      }
      const bool is_named = row.id == id || row.provider_session_id == id;
      if (is_named && row.subject == subject) found.push_back(row);
    }
  }
}

void SessionStore::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    // A group is gathered, so that many sessions share one sync of the disk.
    if (!stopping_) changed_.wait_for(lock, kGather, [this] { return stopping_; });
    writing_ = std::exchange(waiting_, {});
    const auto lost = std::exchange(lost_, 0);
    lock.unlock();
    if (lost > 0) log_.error("sessions_lost", {{"sessions", lost}});
    const auto written = write(writing_);
    if (!written) {
      database_.disk().note(written.error());
      log_.error("sessions_write_failed", {{"sessions", writing_.size()},
                                           {"reason", written.error().message},
                                           {"detail", written.error().detail}});
    }
    lock.lock();
    auto rows = std::exchange(writing_, {});
    if (stopping_ && (!written || waiting_.empty())) return;
    if (written) continue;
    take_back(std::move(rows));
    changed_.wait_for(lock, kRetry, [this] { return stopping_; });
    auto opened = storage::sqlite::Connection::open({.path = database_.options().path});
    if (opened) connection_ = std::move(*opened);
  }
}

/// What could not be written waits again, under what has come since.
void SessionStore::take_back(Rows rows) {
  for (auto& [id, row] : waiting_) {
    const auto older = rows.find(id);
    if (older == rows.end()) {
      rows.emplace(id, std::move(row));
    } else {
      merge(older->second, std::move(row));
    }
  }
  waiting_ = std::move(rows);
}

Result<void> SessionStore::write(const Rows& rows) {
  if (rows.empty()) return {};
  const auto begun = connection_->execute("BEGIN IMMEDIATE");
  if (!begun) return begun.error();
  for (const auto& [id, session] : rows) {
    const auto saved = storage::save_session(*connection_, session);
    if (saved) continue;
    connection_->tidy();
    return saved.error();
  }
  const auto committed = connection_->execute("COMMIT");
  if (!committed) connection_->tidy();
  return committed;
}

}  // namespace callosum::session
