#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "hostile_server.hpp"
#include "served.hpp"

namespace callosum::testing {

/// Counts what reaches it, by the request's own reference: a backend that keeps Idempotency-Key
/// (/keyed) and one that does not (/plain).
class CountingBackend {
 public:
  CountingBackend();
  std::string url() const { return server_.url(); }

  struct Seen {
    int arrivals = 0;  ///< requests
    int effects = 0;   ///< what was done: at /keyed once for each key
  };
  Seen seen(const std::string& reference);
  /// Before each answer, on the backend's thread.
  void before_answers(std::function<void()> act) { before_answers_ = std::move(act); }

 private:
  boost::asio::awaitable<void> serve(HostileServer& server, HostileServer::Socket& socket);
  void count(const std::string& request);

  std::mutex mutex_;
  std::map<std::string, Seen> seen_;
  std::map<std::string, int> keys_;
  std::function<void()> before_answers_;
  HostileServer server_;  // its thread ends first
};

/// How many calls to the system the next program may make, shared with kill_point.cc.
class KillPoint {
 public:
  explicit KillPoint(const std::filesystem::path& file);
  ~KillPoint();
  KillPoint(const KillPoint&) = delete;
  KillPoint& operator=(const KillPoint&) = delete;

  void arm(std::int64_t calls) { *left_ = calls; }
  std::int64_t left() const { return *left_; }
  void disarm() { *left_ = 0; }
  /// Of the program's disk.
  enum class Fault : std::uint8_t { none, is_full, cannot_sync };
  void let_disk(Fault fault) { left_[1] = static_cast<std::int64_t>(fault); }
  /// For a program that shall be ended so.
  Environment environment() const;

 private:
  std::string file_;
  std::atomic<std::int64_t>* left_;  // and behind it the fault
};

/// A write that a client asked for.
struct AskedWrite {
  std::string tool, id;
  std::string answer{};  ///< empty: none came
};

/// One gateway on its own data, with a pack of three writes: note (in our own database), book (at
/// the backend that keeps keys) and mail (at the one that does not); and a look-up.
class CrashWorld {
 public:
  CrashWorld();

  /// Two clients write until nobody answers any more, or so often each.
  void write_until_dead(int most);
  std::string call(const AskedWrite& write);
  /// After the end of the process: a new one, and how long until it was ready.
  std::chrono::milliseconds start_again(bool with_kill_point);
  /// Rows of our own database.
  std::vector<std::map<std::string, std::string>> query(const std::string& sql);
  /// How often something was done.
  int effects(const AskedWrite& write);

  KillPoint& kill_point() { return kill_point_; }
  CountingBackend& backend() { return backend_; }
  Served& gateway() { return *gateway_; }
  std::vector<AskedWrite>& writes() { return writes_; }

 private:
  void write_pack();
  void write_as(int client, int most);

  TempFolder folder_;
  CountingBackend backend_;
  KillPoint kill_point_;
  std::unique_ptr<Served> gateway_;
  std::mutex mutex_;
  std::vector<AskedWrite> writes_;
};

}  // namespace callosum::testing
