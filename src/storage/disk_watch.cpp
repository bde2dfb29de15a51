#include "storage/disk_watch.hpp"

#include <cerrno>
#include <chrono>
#include <cstring>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/json.hpp"
#include "storage/sqlite/connection.hpp"
#include "storage/sqlite/connection_pool.hpp"
#include "storage/sqlite/error.hpp"
#include "telemetry/log.hpp"

namespace callosum::storage {

using namespace std::chrono_literals;
using sqlite::Connection;

namespace {

/// Room that must be there before anything new is begun: a call's rows and its record are less.
constexpr std::size_t kRoomBytes = 1 << 20;
constexpr auto kLook = 1s;
/// Reading a large file again takes longer than callers wait: the rest of it is then taken on
/// trust.
constexpr auto kVerifyTime = 2s;

std::string in_words(int error) {
  if (error == ENOSPC || error == EDQUOT) return "the database's disk is full";
  if (error == EROFS) return "the database's disk is read-only";
  return std::string("the database's disk fails: ") + std::strerror(error);
}

/// As the database writes: to a file beside it, synced. 0: it went well.
int write_synced(const std::filesystem::path& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (file < 0) return errno;
  const std::string zeros(kRoomBytes, '\0');
  int error = 0;
  for (std::size_t at = 0; at < zeros.size() && error == 0;) {
    const auto wrote = ::pwrite(file, zeros.data() + at, zeros.size() - at, static_cast<off_t>(at));
    if (wrote <= 0) error = wrote < 0 ? errno : ENOSPC;
    if (wrote > 0) at += static_cast<std::size_t>(wrote);
  }
  if (error == 0 && ::fdatasync(file) != 0) error = errno;
  ::close(file);
  ::unlink(path.c_str());
  return error;
}

/// What SQLite finds wrong with the file within the time; empty: nothing.
std::string find_damage(Connection& connection) {
  sqlite::QueryGuard guard(std::chrono::steady_clock::now() + kVerifyTime);
  connection.set_guard(&guard);
  const auto found = connection.query("PRAGMA quick_check(1)");
  connection.set_guard(nullptr);
  if (!found) return found.error().type == ErrorType::timeout ? "" : found.error().detail;
  if (found->empty()) return {};
  const auto said = text_at(found->front().as_object(), "quick_check");
  return said == "ok" ? "" : std::string(said);
}

}  // namespace

DiskWatch::~DiskWatch() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void DiskWatch::start(telemetry::Log& log) {
  log_ = &log;
  thread_ = std::thread([this] { run(); });
}

void DiskWatch::note(const Error& error) {
  if (!thread_.joinable() || !sqlite::is_disk_trouble(error)) return;
  {
    const std::lock_guard lock(mutex_);
    if (!trouble_.empty()) return;
    trouble_ = "the database's disk does not take what is written";
    in_trouble_ = true;
  }
  log_->error("disk_trouble", {{"reason", error.message}, {"detail", error.detail}});
  changed_.notify_one();
}

Result<void> DiskWatch::check() const {
  if (!in_trouble_) return {};
  return fail(ErrorType::transient,
              "nothing can be recorded right now, so that was not done; try again in a minute",
              trouble());
}

std::string DiskWatch::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

void DiskWatch::renew_after_trouble(const std::shared_ptr<sqlite::ConnectionPool>& pool) {
  const std::lock_guard lock(mutex_);
  std::erase_if(pools_, [](const auto& known) { return known.expired(); });
  pools_.push_back(pool);
}

void DiskWatch::do_when_back(Job job) {
  const std::lock_guard lock(mutex_);
  jobs_.push_back(std::move(job));
}

void DiskWatch::run() {
  std::unique_lock lock(mutex_);
  bool has_failed = false;  // what the last proof said
  while (!stopping_) {
    const auto is_news = [&] { return stopping_ || (!has_failed && !trouble_.empty()); };
    changed_.wait_for(lock, kLook, is_news);
    if (stopping_) return;
    const auto before = trouble_;
    lock.unlock();
    std::string now;
    if (!before.empty() || is_nearly_full()) now = prove(!before.empty());
    lock.lock();
    // One that was noted meanwhile is looked at next.
    if (before.empty() && !trouble_.empty()) continue;
    has_failed = !now.empty();
    if (before == now) continue;
    trouble_ = now;
    in_trouble_ = has_failed;
    lock.unlock();
    tell(before, now);
    lock.lock();
  }
}

void DiskWatch::tell(const std::string& before, const std::string& now) {
  if (!now.empty()) log_->error("disk_trouble", {{"reason", now}});
  if (now.empty() && !before.empty()) log_->warn("disk_back", {{"file", database_.string()}});
}

bool DiskWatch::is_nearly_full() const {
  struct statvfs disk {};
  if (::statvfs(database_.c_str(), &disk) != 0) return false;
  return static_cast<std::uint64_t>(disk.f_bfree) * disk.f_frsize < kRoomBytes;
}

std::string DiskWatch::prove(bool is_whole_proof) {
  const int error = write_synced(database_.string() + "-room");
  if (error != 0) return in_words(error);
  return is_whole_proof ? prove_file() : "";
}

std::string DiskWatch::prove_file() {
  std::vector<std::weak_ptr<sqlite::ConnectionPool>> pools;
  {
    const std::lock_guard lock(mutex_);
    pools = pools_;
  }
  for (const auto& known : pools) {
    if (const auto pool = known.lock()) pool->renew();
  }
  const auto connection = Connection::open({.path = database_});
  if (!connection) return "the database cannot be opened: " + connection.error().detail;
  const auto damage = find_damage(**connection);
  if (!damage.empty()) return "the database is damaged: " + damage;
  const auto committed = commit(**connection);
  return committed ? "" : "the database cannot be written: " + committed.error().detail;
}

Result<void> DiskWatch::commit(Connection& connection) {
  std::vector<Job> jobs;
  {
    const std::lock_guard lock(mutex_);
    jobs = jobs_;
  }
  const auto begun = connection.execute("BEGIN IMMEDIATE");
  if (!begun) return begun.error();
  for (const auto& job : jobs) {
    const auto done = job(connection);
    if (!done) return done.error();
  }
  // A page is written, although nothing is another than before.
  const auto number = connection.query("PRAGMA user_version");
  if (!number) return number.error();
  const auto version = number->front().as_object().at("user_version").as_int64();
  const auto set = connection.execute("PRAGMA user_version=" + std::to_string(version));
  if (!set) return set.error();
  return connection.execute("COMMIT");
}

}  // namespace callosum::storage
