#include "pipeline/audit_store.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <utility>

#include "async/event.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::pipeline {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// What may wait while the database cannot be written. Beyond it records are lost, counted and
/// said.
constexpr std::size_t kMaxWaitingBytes = 64 << 20;
constexpr auto kRetry = 1s;

}  // namespace

Result<std::unique_ptr<AuditStore>> AuditStore::open(const std::filesystem::path& database,
                                                     telemetry::Log& log, bool is_strict,
                                                     std::chrono::milliseconds gather) {
  auto connection = storage::sqlite::Connection::open({.path = database});
  if (!connection) return connection.error();
  return std::unique_ptr<AuditStore>(
      new AuditStore(std::move(*connection), log, is_strict, gather));
}

AuditStore::AuditStore(std::unique_ptr<storage::sqlite::Connection> connection, telemetry::Log& log,
                       bool is_strict, std::chrono::milliseconds gather)
    : connection_(std::move(connection)),
      log_(log),
      is_strict_(is_strict),
      gather_(gather),
      thread_([this] { run(); }) {}

AuditStore::~AuditStore() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void AuditStore::write(const AuditRecord& record, AuditPlace place) {
  const auto line = encode_text(record);
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    is_first = waiting_.empty();
    if (waiting_.bytes + line.size() > kMaxWaitingBytes) {
      ++waiting_.lost;
      return;
    }
    waiting_.bytes += line.size();
    if (place == AuditPlace::queue) {
      auto at = waiting_.groups.find(record.tenant_id);
      if (at == waiting_.groups.end()) {
        const std::string tenant(record.tenant_id);
        at = waiting_.groups.emplace(tenant, storage::AuditGroup{tenant, {}, 0}).first;
      }
      at->second.add(line);
    }
    if (log_.is_on(telemetry::LogLevel::info)) (waiting_.lines += line) += '\n';
  }
  if (is_first) changed_.notify_one();
}

asio::awaitable<bool> AuditStore::settled(async::Deadline deadline) {
  if (!is_strict_) co_return true;
  struct Shared {
    explicit Shared(const asio::any_io_executor& e) : executor(e), done(e) {}
    asio::any_io_executor executor;
    async::Event done;
    bool is_durable = false;
  };
  const auto executor = co_await asio::this_coro::executor;
  auto shared = std::make_shared<Shared>(executor);
  std::function<void(bool)> tell = [shared](bool is_durable) {
    asio::post(shared->executor, [shared, is_durable] {
      shared->is_durable = is_durable;
      shared->done.set();
    });
  };
  {
    const std::lock_guard lock(mutex_);
    waiting_.waiters.push_back(std::move(tell));
    hurries_ = true;
  }
  changed_.notify_one();
  co_await shared->done.wait(deadline);
  co_return shared->is_durable;
}

void AuditStore::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || hurries_ || !waiting_.empty(); });
    // A group is gathered, so that many calls share one sync of the disk.
    if (!stopping_ && !hurries_) {
      changed_.wait_for(lock, gather_, [this] { return stopping_ || hurries_; });
    }
    hurries_ = false;
    auto group = std::exchange(waiting_, {});
    lock.unlock();
    commit(group);
    lock.lock();
    if (stopping_ && waiting_.empty()) return;
  }
}

void AuditStore::commit(Waiting& waiting) {
  if (!waiting.lines.empty()) log_.lines(waiting.lines);
  if (waiting.lost > 0) log_.error("audit_lost", {{"records", waiting.lost}});
  while (true) {
    const auto stored = store(waiting);
    for (const auto& tell : std::exchange(waiting.waiters, {})) tell(stored.has_value());
    if (stored) return;
    log_.error("audit_write_failed",
               {{"reason", stored.error().message}, {"detail", stored.error().detail}});
    std::unique_lock lock(mutex_);
    if (stopping_) return;  // nobody is left who could wait for the disk
    changed_.wait_for(lock, kRetry, [this] { return stopping_; });
  }
}

Result<void> AuditStore::store(const Waiting& waiting) {
  if (waiting.groups.empty()) return {};
  const auto begun = connection_->execute("BEGIN IMMEDIATE");
  if (!begun) return begun.error();
  for (const auto& [tenant, group] : waiting.groups) {
    const auto added = storage::append_audit(*connection_, group);
    if (added) continue;
    connection_->tidy();
    return added.error();
  }
  const auto committed = connection_->execute("COMMIT");
  if (!committed) connection_->tidy();
  return committed;
}

}  // namespace callosum::pipeline
