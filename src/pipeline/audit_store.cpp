#include "pipeline/audit_store.hpp"

#include <utility>

#include "storage/disk_watch.hpp"
#include "storage/sqlite/connection.hpp"

namespace callosum::pipeline {

namespace asio = boost::asio;
using namespace std::chrono_literals;

namespace {

/// What may wait while the database cannot be written. Beyond it records are lost, counted and
/// said.
/// One row of the audit; what is larger than a connection's limit could never be written.
constexpr std::size_t kMostBytesOfAGroup = 256 << 10;
constexpr auto kRetry = 1s;
constexpr auto kBetweenHeads = 1min;

}  // namespace

Result<std::unique_ptr<AuditStore>> AuditStore::open(const std::filesystem::path& database,
                                                     telemetry::Log& log, bool is_strict,
                                                     storage::DiskWatch* disk,
                                                     std::chrono::milliseconds gather,
                                                     std::size_t most_bytes) {
  auto connection = storage::sqlite::Connection::open({.path = database});
  if (!connection) return connection.error();
  return std::unique_ptr<AuditStore>(
      new AuditStore(std::move(*connection), {database, disk, gather, most_bytes}, log, is_strict));
}

AuditStore::AuditStore(std::unique_ptr<storage::sqlite::Connection> connection, Place place,
                       telemetry::Log& log, bool is_strict)
    : connection_(std::move(connection)),
      place_(std::move(place)),
      log_(log),
      is_strict_(is_strict),
      thread_([this] { run(); }) {}

AuditStore::~AuditStore() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void AuditStore::Waiting::add(std::string_view tenant_id, std::string_view line) {
  auto at = groups.find(tenant_id);
  if (at == groups.end()) at = groups.emplace(tenant_id, Groups()).first;
  auto& all = at->second;
  if (all.empty() || all.back().lines.size() + line.size() > kMostBytesOfAGroup) {
    all.push_back({std::string(tenant_id), {}, 0});
  }
  all.back().add(line);
}

void AuditStore::write(const AuditRecord& record, AuditPlace place) {
  const auto line = encode_text(record);
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    is_first = waiting_.empty();
    if (!moved_.contains(record.tenant_id)) moved_.emplace(record.tenant_id);
    if (waiting_.bytes + line.size() > place_.most_bytes) {
      ++waiting_.lost;
      return;
    }
    waiting_.bytes += line.size();
    if (place == AuditPlace::queue) waiting_.add(record.tenant_id, line);
    if (log_.is_on(telemetry::LogLevel::info)) (waiting_.lines += line) += '\n';
  }
  if (is_first) changed_.notify_one();
}

asio::awaitable<bool> AuditStore::settled(async::Deadline deadline) {
  if (!is_strict_) co_return true;
  const auto told = std::make_shared<async::Outcome<bool>>();
  {
    const std::lock_guard lock(mutex_);
    waiting_.waiters.push_back(told);
    hurries_ = true;
  }
  changed_.notify_one();
  auto waiting = told->wait(deadline);
  const auto is_durable = co_await std::move(waiting);
  co_return is_durable.value_or(false);
}

void AuditStore::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    const auto has_work = [this] { return stopping_ || hurries_ || !waiting_.empty(); };
    if (due_.empty()) changed_.wait(lock, has_work);
    if (!due_.empty()) changed_.wait_until(lock, tell_at_, has_work);
    // A group is gathered, so that many calls share one sync of the disk.
    if (!stopping_ && !hurries_) {
      changed_.wait_for(lock, place_.gather, [this] { return stopping_ || hurries_; });
    }
    hurries_ = false;
    auto group = std::exchange(waiting_, {});
    due_.merge(moved_);
    moved_.clear();
    const bool is_time = stopping_ || std::chrono::steady_clock::now() >= tell_at_;
    lock.unlock();
    commit(group);
    if (is_time) tell_heads();
    lock.lock();
    if (stopping_ && waiting_.empty()) return;
  }
}

void AuditStore::commit(Waiting& waiting) {
  if (!waiting.lines.empty()) log_.lines(waiting.lines);
  if (waiting.lost > 0) log_.error("audit_lost", {{"records", waiting.lost}});
  while (true) {
    const auto stored = store(waiting);
    // Whose record was thrown away nobody knows.
    const bool is_whole = stored && waiting.lost == 0;
    for (const auto& each : std::exchange(waiting.waiters, {})) each->set(is_whole);
    if (stored) return;
    log_.error("audit_write_failed",
               {{"reason", stored.error().message}, {"detail", stored.error().detail}});
    if (place_.disk) place_.disk->note(stored.error());
    std::unique_lock lock(mutex_);
    if (stopping_) return;  // nobody is left who could wait for the disk
    changed_.wait_for(lock, kRetry, [this] { return stopping_; });
    lock.unlock();
    open_again();
  }
}

void AuditStore::tell_heads() {
  for (const auto& tenant : std::exchange(due_, {})) {
    const auto head = storage::find_audit_head(*connection_, tenant);
    if (!head || !*head) continue;
    log_.info("audit_head",
              {{"tenant_id", tenant}, {"seq", (*head)->seq}, {"hash", (*head)->hash}});
  }
  tell_at_ = std::chrono::steady_clock::now() + kBetweenHeads;
}

/// What this connection has read of the file may be what never reached the disk.
void AuditStore::open_again() {
  auto opened = storage::sqlite::Connection::open({.path = place_.database});
  if (opened) connection_ = std::move(*opened);
}

Result<void> AuditStore::store(const Waiting& waiting) {
  if (waiting.groups.empty()) return {};
  const auto begun = connection_->execute("BEGIN IMMEDIATE");
  if (!begun) return begun.error();
  for (const auto& [tenant, groups] : waiting.groups) {
    for (const auto& group : groups) {
      const auto added = storage::append_audit(*connection_, group);
      if (added) continue;
      connection_->tidy();
      return added.error();
    }
  }
  const auto committed = connection_->execute("COMMIT");
  if (!committed) connection_->tidy();
  return committed;
}

}  // namespace callosum::pipeline
